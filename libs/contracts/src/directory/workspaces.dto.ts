import { Id, NestedList, OneOf, Slug, Text, Timestamp } from '../fields.js';

export const plans = ['free', 'pro', 'team'] as const;
export type Plan = (typeof plans)[number];

const maybe = { optional: true, nullable: true };
const label = { max: 200, example: 'Research' };

export class CreateWorkspace {
  @Text(label) name!: string;
  @Slug({ ...maybe, description: 'made from the name when left out' }) slug?: string | null;
  @OneOf(plans, { optional: true, default: 'free' }) plan?: Plan;
}

export class PatchWorkspace {
  @Text({ ...label, optional: true }) name?: string;
  @Slug({ optional: true }) slug?: string;
  @OneOf(plans, { optional: true }) plan?: Plan;
}

export class Workspace {
  @Id() id!: string;
  @Text(label) name!: string;
  @Slug() slug!: string;
  @OneOf(plans) plan!: Plan;
  @Id({ nullable: true }) sandbox_of!: string | null;
  @Timestamp() created_at!: string;
  @Timestamp() updated_at!: string;
}

export class CreatedWorkspace extends Workspace {
  @Text({
    nullable: true,
    description:
      'an OWNER token for the new workspace, shown this once; null when a repeated Idempotency-Key brings the answer back',
  })
  token!: string | null;
}

export class WorkspacePage {
  @NestedList(Workspace) workspaces!: Workspace[];
  @Text({ nullable: true }) next_cursor!: string | null;
}
