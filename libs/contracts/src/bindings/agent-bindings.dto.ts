import { ConfigJson, Flag, Id, NestedList, OneOf, Patterned, Text, Timestamp } from '../fields.js';
import { PageQuery } from '../page.js';

export const scopes = ['workspace', 'crew'] as const;
export type Scope = (typeof scopes)[number];
export const credentialTypes = ['bearer', 'api_key', 'basic'] as const;
export type CredentialType = (typeof credentialTypes)[number];

const maybe = { optional: true, nullable: true };
const inAnyCase = (name: string): string =>
  name.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
/** Whoever opens the connection sets them. */
const ofConnection = ['connection', 'content-length', 'host', 'transfer-encoding', 'upgrade'];
/** Empty, to clear the field, or a token of RFC 9110. */
const headerName = new RegExp(
  `^(?!(?:${ofConnection.map(inAnyCase).join('|')})$)[!#$%&'*+.^_\`|~0-9A-Za-z-]{0,128}$`,
);
const variableName = /^([A-Za-z_][A-Za-z0-9_]{0,255})?$/;
const clearable = { ...maybe, min: 0, description: 'an empty string, like null, clears it' };

export class CreateAgentBinding {
  @Id({ description: "a workspace server, or a server of the agent's crew" })
  mcp_server_id!: string;

  @OneOf(scopes)
  mcp_server_scope!: Scope;

  @Id(clearable)
  credential_id?: string | null;

  @OneOf(credentialTypes, { optional: true, default: 'bearer' })
  cred_type?: CredentialType;

  @Patterned(
    headerName,
    'must be a valid header name of at most 128 characters, and none that belongs to the connection, such as Host',
    clearable,
  )
  cred_header?: string | null;

  @Patterned(
    variableName,
    'must be a valid variable name: A-Z a-z 0-9 _, not beginning with a digit',
    clearable,
  )
  env_var_name?: string | null;

  @Flag({ optional: true, default: true, description: 'false opts the agent out of the server' })
  enabled?: boolean;

  @ConfigJson({ ...maybe, description: "a JSON Merge Patch on the server's config_json" })
  config_override_json?: string | null;
}

export class PatchAgentBinding {
  @Id(clearable)
  credential_id?: string | null;

  @OneOf(credentialTypes, { optional: true })
  cred_type?: CredentialType;

  @Patterned(
    headerName,
    'must be a valid header name of at most 128 characters, and none that belongs to the connection, such as Host',
    clearable,
  )
  cred_header?: string | null;

  @Patterned(
    variableName,
    'must be a valid variable name: A-Z a-z 0-9 _, not beginning with a digit',
    clearable,
  )
  env_var_name?: string | null;

  @Flag({ optional: true })
  enabled?: boolean;

  @ConfigJson(maybe)
  config_override_json?: string | null;
}

export class AgentBinding {
  @Id() id!: string;
  @Id() workspace_id!: string;
  @Id() agent_id!: string;
  @Id() mcp_server_id!: string;
  @OneOf(scopes) mcp_server_scope!: Scope;
  @Id({ nullable: true }) credential_id!: string | null;
  @OneOf(credentialTypes) cred_type!: CredentialType;
  @Text({ nullable: true }) cred_header!: string | null;
  @Text({ nullable: true }) env_var_name!: string | null;
  @Flag() enabled!: boolean;
  @ConfigJson({ nullable: true }) config_override_json!: string | null;
  @Text({ nullable: true }) managed_by!: string | null;
  @Flag({ description: 'false while the server belongs to a crew that the agent is not in' })
  effective!: boolean;
  @Timestamp() created_at!: string;
  @Timestamp() updated_at!: string;
}

export class AgentBindingPage {
  @NestedList(AgentBinding) items!: AgentBinding[];
  @Text({ nullable: true }) next_cursor!: string | null;
}

export class ListAgentBindings extends PageQuery {
  @Id() agent_id!: string;
}

export class NewAgentBinding extends CreateAgentBinding {
  @Id() agent_id!: string;
}

/** `ref` is the binding's id, or the id of the server that it binds. */
export class AgentBindingRef {
  @Id() agent_id!: string;
  @Id() ref!: string;
}

export class UpdateAgentBinding extends PatchAgentBinding {
  @Id() agent_id!: string;
  @Id() ref!: string;
}
