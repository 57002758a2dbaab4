import { PickType } from '@nestjs/swagger';
import { Dictionary, Id, ListOf, Nested, OneOf, Slug, Text } from '../fields.js';
import { roles, type Actor, type AgentRef, type Role } from '../context.js';
import { tokenScopes, type TokenScope } from './tokens.dto.js';
import { plans, type Plan } from './workspaces.dto.js';

export class Authorise {
  @Text({
    max: 64,
    min: 64,
    description: 'SHA-256 of the bearer token in hex: the token itself does not travel',
  })
  token_hash!: string;

  @Text({ optional: true, max: 128, description: "id or slug; the token's own workspace when left out" })
  workspace?: string;

  @Id({ optional: true, description: 'the agent that the path names' })
  agent_id?: string;

  @Id({ optional: true, description: 'the crew that the path names' })
  crew_id?: string;
}

export class WorkspaceRef {
  @Id() id!: string;
  @Slug() slug!: string;
  @Text() name!: string;
  @OneOf(plans) plan!: Plan;
  @Id({ nullable: true, description: 'set in a sandbox: the workspace that it is the twin of' })
  sandbox_of!: string | null;
}

/** Who a token is, and what the path's ids stand for, answered in one call. */
export class Access {
  @Dictionary() actor!: Actor;
  @OneOf(roles, { nullable: true, description: 'null for an agent' }) role!: Role | null;
  @ListOf(tokenScopes, { nullable: true, description: 'null: all' }) scopes!: TokenScope[] | null;
  @Nested(WorkspaceRef) workspace!: WorkspaceRef;
  @Dictionary({ nullable: true, description: 'null when the path names no agent, or none of this workspace' })
  agent!: AgentRef | null;
  @Id({ nullable: true, description: 'null when the path names no crew, or none of this workspace' })
  crew_id!: string | null;
}

/** Who the caller is, as `GET /me` shows it. */
export class Me extends PickType(Access, ['actor', 'role', 'scopes', 'workspace'] as const) {}
