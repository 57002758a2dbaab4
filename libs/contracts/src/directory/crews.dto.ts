import { Id, NestedList, Slug, Text, Timestamp } from '../fields.js';

const maybe = { optional: true, nullable: true };
const label = { max: 200, example: 'Research' };

export class CreateCrew {
  @Text(label) name!: string;
  @Slug({ ...maybe, description: 'made from the name when left out' }) slug?: string | null;
}

export class PatchCrew {
  @Text({ ...label, optional: true }) name?: string;
  @Slug({ optional: true }) slug?: string;
}

export class UpdateCrew extends PatchCrew {
  @Id() crew_id!: string;
}

export class CrewRef {
  @Id() crew_id!: string;
}

export class Crew {
  @Id() id!: string;
  @Id() workspace_id!: string;
  @Text(label) name!: string;
  @Slug() slug!: string;
  @Timestamp() created_at!: string;
  @Timestamp() updated_at!: string;
}

export class CrewPage {
  @NestedList(Crew) crews!: Crew[];
  @Text({ nullable: true }) next_cursor!: string | null;
}
