import {
  Flag,
  Id,
  Integer,
  Name,
  NestedList,
  OneOf,
  Origins,
  QueryFlag,
  SecretText,
  Strings,
  Text,
  Timestamp,
} from '../fields.js';

export const secretTypes = ['api_key', 'bearer', 'basic', 'oauth2', 'secret'] as const;
export type SecretType = (typeof secretTypes)[number];

/** `pending`: made, but nothing to give out yet; `expired`: the grant is dead, sign in again; `error`: see the reason. */
export const credentialStatuses = ['active', 'pending', 'expired', 'revoked', 'error'] as const;
export type CredentialStatus = (typeof credentialStatuses)[number];

export const credentialUserKinds = ['agent_binding', 'workspace_server', 'crew_server'] as const;
export type CredentialUserKind = (typeof credentialUserKinds)[number];

const origins = {
  optional: true,
  nullable: true,
  description: 'given out only for servers at these origins; null: wherever it is used',
};

export class CreateCredential {
  @Name({ description: 'templates name it: {{credential:NAME}}', example: 'github-token' })
  name!: string;

  @OneOf(secretTypes, { description: 'oauth2 is filled by signing in, and takes no value' })
  type!: SecretType;

  @SecretText({ optional: true, description: 'never shown again; of basic user:password' })
  value?: string;

  @Origins(origins)
  allowed_origins?: string[] | null;

  @Timestamp({ optional: true, nullable: true, description: 'after that it is not given out any more' })
  expires_at?: string | null;
}

export class PatchCredential {
  @Name({ optional: true }) name?: string;
  @SecretText({ optional: true, description: 'takes the place of the value; not for oauth2' }) value?: string;
  @Origins(origins) allowed_origins?: string[] | null;
  @Timestamp({ optional: true, nullable: true }) expires_at?: string | null;
}

export class UpdateCredential extends PatchCredential {
  @Id() credential_id!: string;
}

export class CredentialRef {
  @Id() credential_id!: string;
}

export class DeleteCredentialQuery {
  @QueryFlag({ description: 'delete it although something uses it' }) force?: boolean;
}

export class DeleteCredential extends CredentialRef {
  @Flag({ optional: true }) force?: boolean;
}

export class DeletedCredential {
  @Flag() deleted!: boolean;
  @Flag({
    nullable: true,
    description: 'whether the provider took its grant back; null where there is none, or no way to ask',
  })
  revoked!: boolean | null;
}

export class CredentialUser {
  @OneOf(credentialUserKinds) kind!: CredentialUserKind;
  @Id() id!: string;
  @Text({ nullable: true, description: "a server's name" }) name!: string | null;
  @Id({ nullable: true, description: 'whose binding it is' }) agent_id!: string | null;
}

/** All that is told of a credential; its value is not. */
export class Credential {
  @Id() id!: string;
  @Id() workspace_id!: string;
  @Name() name!: string;
  @OneOf(secretTypes) type!: SecretType;
  @OneOf(credentialStatuses) status!: CredentialStatus;
  @Text({ nullable: true, description: 'for a person: why the status is not active' })
  status_reason!: string | null;
  @Text({ nullable: true, description: 'of the OAuth provider' }) provider!: string | null;
  @Strings({ description: 'granted by the provider; while the sign-in is pending, those asked for' })
  scopes!: string[];
  @Strings({ nullable: true }) allowed_origins!: string[] | null;
  @Timestamp({ nullable: true, description: 'of an access token, it is renewed before' })
  expires_at!: string | null;
  @Timestamp({ nullable: true, description: 'to the minute' }) last_used_at!: string | null;
  @Integer({ description: 'counts the values it has had' }) version!: number;
  @NestedList(CredentialUser, { nullable: true, description: 'null while that cannot be found out' })
  used_by!: CredentialUser[] | null;
  @Timestamp() created_at!: string;
  @Timestamp() updated_at!: string;
}

export class CredentialPage {
  @NestedList(Credential) credentials!: Credential[];
  @Text({ nullable: true }) next_cursor!: string | null;
}

/** What came of moving a workspace's data keys under the active master key. */
export class KeyRotation {
  @Text({ description: 'the id of the active master key' }) master_key!: string;
  @Integer({ description: 'that the workspace has' }) data_keys!: number;
  @Integer({ description: 'moved by this request' }) rewrapped!: number;
  @Integer({ description: 'still under another master key' }) remaining!: number;
}
