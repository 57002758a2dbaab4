import {
  Email,
  Flag,
  Id,
  Integer,
  ListOf,
  NestedList,
  OneOf,
  Slug,
  Strings,
  Text,
  Timestamp,
} from '../fields.js';
import { roles, type Role } from '../context.js';
import { PageQuery } from '../page.js';

export const plans = ['free', 'pro', 'team'] as const;
export type Plan = (typeof plans)[number];
export const tokenKinds = ['user', 'service', 'agent'] as const;
export type TokenKind = (typeof tokenKinds)[number];
export const tokenModes = ['live', 'test'] as const;
export type TokenMode = (typeof tokenModes)[number];
export const tokenScopes = ['integrations:read', 'integrations:write'] as const;
export type TokenScope = (typeof tokenScopes)[number];

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

export class CreateMember {
  @Id({ description: 'the user, as your identity provider names them', example: 'user-42' }) user_id!: string;
  @Email(maybe) email?: string | null;
  @OneOf(roles) role!: Role;
}

export class PatchMember {
  @Email(maybe) email?: string | null;
  @OneOf(roles, { optional: true }) role?: Role;
}

export class UpdateMember extends PatchMember {
  @Id() member_id!: string;
}

export class MemberRef {
  @Id() member_id!: string;
}

export class Member {
  @Id() id!: string;
  @Id() workspace_id!: string;
  @Id() user_id!: string;
  @Text({ nullable: true }) email!: string | null;
  @OneOf(roles) role!: Role;
  @Timestamp() created_at!: string;
  @Timestamp() updated_at!: string;
}

export class MemberPage {
  @NestedList(Member) members!: Member[];
  @Text({ nullable: true }) next_cursor!: string | null;
}

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

export class CreateToken {
  @Text(label) name!: string;
  @OneOf(tokenKinds) kind!: TokenKind;
  @OneOf(tokenModes, {
    optional: true,
    default: 'live',
    description: "test: reaches only the workspace's sandbox",
  })
  mode?: TokenMode;
  @OneOf(roles, { ...maybe, description: "for kind service; a user's role is their membership's" })
  role?: Role | null;
  @Id({ ...maybe, description: 'for kind agent' }) agent_id?: string | null;
  @Id({ ...maybe, description: 'for kind user: the member it is for; yourself when left out' }) user_id?:
    string | null;
  @ListOf(tokenScopes, { ...maybe, description: 'null: all' }) scopes?: TokenScope[] | null;
  @Timestamp({ ...maybe, description: 'null: never' }) expires_at?: string | null;
}

export class TokenRef {
  @Id() token_id!: string;
}

export class Token {
  @Id() id!: string;
  @Id() workspace_id!: string;
  @Text() name!: string;
  @OneOf(tokenKinds) kind!: TokenKind;
  @OneOf(tokenModes) mode!: TokenMode;
  @Text({ description: 'the beginning of the token, to know it by', example: 'hws_live_Zk3v' })
  prefix!: string;
  @OneOf(roles, { nullable: true }) role!: Role | null;
  @Id({ nullable: true }) agent_id!: string | null;
  @Id({ nullable: true }) user_id!: string | null;
  @ListOf(tokenScopes, { nullable: true }) scopes!: TokenScope[] | null;
  @Timestamp({ nullable: true }) expires_at!: string | null;
  @Timestamp({ nullable: true, description: 'to the minute' }) last_used_at!: string | null;
  @Timestamp() created_at!: string;
}

export class CreatedToken extends Token {
  @Text({
    nullable: true,
    description: 'shown this once; null when a repeated Idempotency-Key brings the answer back',
  })
  token!: string | null;
}

export class TokenPage {
  @NestedList(Token) tokens!: Token[];
  @Text({ nullable: true }) next_cursor!: string | null;
}

export class AuditQuery extends PageQuery {
  @Text({ optional: true, max: 200, description: "a token's or a user's id" }) actor?: string;
  @Text({ optional: true, max: 200, example: 'workspace_server.created' }) action?: string;
  @Timestamp({ optional: true, description: 'from this time on' }) since?: string;
  @Timestamp({ optional: true, description: 'before this time' }) until?: string;
}

export class AuditEntry {
  @Id() id!: string;
  @Id() workspace_id!: string;
  @Timestamp() at!: string;
  @Text({ example: 'user' }) actor_kind!: string;
  @Id() actor_id!: string;
  @Id({ nullable: true }) actor_user_id!: string | null;
  @Text({ example: 'workspace_server.created' }) action!: string;
  @Id({ description: 'the record that the action was on' }) target_id!: string;
  @Text({ nullable: true }) target_name!: string | null;
  @Strings({ description: 'fields that an update changed' }) fields!: string[];
  @Text() request_id!: string;
}

export class AuditPage {
  @NestedList(AuditEntry) entries!: AuditEntry[];
  @Text({ nullable: true }) next_cursor!: string | null;
}

export class Health {
  @Flag() ok!: boolean;
  @Integer({ description: 'of the database round trip' }) database_ms!: number;
}

export class Nothing {}
