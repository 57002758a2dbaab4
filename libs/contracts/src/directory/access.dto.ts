import { PickType } from '@nestjs/swagger';
import { Dictionary, Id, ListOf, Nested, OneOf, Slug, Text, Timestamp } from '../fields.js';
import { roles, type Actor, type AgentRef, type Role } from '../context.js';
import { tokenScopes, type TokenScope } from './tokens.dto.js';
import { plans, type Plan } from './workspaces.dto.js';

/** Asks for one caller: `token_hash` or `subject`, exactly one of them. */
export class Authorise {
  @Text({
    optional: true,
    max: 64,
    min: 64,
    description: "SHA-256 of one of Hawser's own tokens in hex: the token itself does not travel",
  })
  token_hash?: string;

  @Id({ optional: true, description: 'the user that an OIDC issuer vouches for: the verified `sub`' })
  subject?: string;

  @Text({
    optional: true,
    max: 128,
    description: "id or slug; when left out the token's own workspace, or for a subject none",
  })
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

/** Who the caller is, and what the path's ids stand for, answered in one call. */
export class Access {
  @Dictionary() actor!: Actor;
  @OneOf(roles, { nullable: true, description: 'null for an agent, and where there is no workspace' })
  role!: Role | null;
  @ListOf(tokenScopes, { nullable: true, description: 'null: all' }) scopes!: TokenScope[] | null;
  @Nested(WorkspaceRef, {
    nullable: true,
    description: "the token's, or the one that was named; null for a user of an OIDC issuer who names none",
  })
  workspace!: WorkspaceRef | null;
  @Dictionary({ nullable: true, description: 'null when the path names no agent, or none of this workspace' })
  agent!: AgentRef | null;
  @Id({ nullable: true, description: 'null when the path names no crew, or none of this workspace' })
  crew_id!: string | null;
  @Timestamp({ nullable: true, description: "the token's own expiry; null: none" })
  expires_at!: string | null;
}

/** Who the caller is, as `GET /me` shows it. */
export class Me extends PickType(Access, ['actor', 'role', 'scopes', 'workspace'] as const) {}
