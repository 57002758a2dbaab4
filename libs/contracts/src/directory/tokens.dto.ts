import { Id, ListOf, NestedList, OneOf, Text, Timestamp } from '../fields.js';
import { roles, type Role } from '../context.js';

export const tokenKinds = ['user', 'service', 'agent'] as const;
export type TokenKind = (typeof tokenKinds)[number];
export const tokenModes = ['live', 'test'] as const;
export type TokenMode = (typeof tokenModes)[number];
export const tokenScopes = ['integrations:read', 'integrations:write'] as const;
export type TokenScope = (typeof tokenScopes)[number];

const maybe = { optional: true, nullable: true };
const label = { max: 200, example: 'Research' };

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
