import { Id, NestedList, Text, Timestamp } from '../fields.js';

const maybe = { optional: true, nullable: true };
const label = { max: 200, example: 'Research' };

export class CreateAgent {
  @Text(label) name!: string;
  @Id({ ...maybe, description: 'the crew it works in' }) crew_id?: string | null;
  @Id({ ...maybe, description: 'the user it works for' }) owner_id?: string | null;
}

export class PatchAgent {
  @Text({ ...label, optional: true }) name?: string;
  @Id(maybe) crew_id?: string | null;
  @Id(maybe) owner_id?: string | null;
}

export class UpdateAgent extends PatchAgent {
  @Id() agent_id!: string;
}

export class AgentIdRef {
  @Id() agent_id!: string;
}

export class Agent {
  @Id() id!: string;
  @Id() workspace_id!: string;
  @Text(label) name!: string;
  @Id({ nullable: true }) crew_id!: string | null;
  @Id({ nullable: true }) owner_id!: string | null;
  @Timestamp() created_at!: string;
  @Timestamp() updated_at!: string;
}

export class AgentPage {
  @NestedList(Agent) agents!: Agent[];
  @Text({ nullable: true }) next_cursor!: string | null;
}
