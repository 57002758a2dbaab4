/** The two kinds of MCP server that Hawser knows. */
export type Transport = 'streamable-http' | 'stdio';

/** `all`: every agent below gets the server; `bound`: only agents with an enabled binding. */
export type Exposure = 'all' | 'bound';

/** The two tiers that declare servers; the third, the agent's, only binds them. */
export type ServerTier = 'workspace' | 'crew';

export type CredentialType = 'bearer' | 'api_key' | 'basic';

/**
 * What server rows of both tiers have in common. Fields ending in `_json` hold JSON text that was validated
 * when it was written: args an array of strings, env and headers an object of strings, config an object, which
 * must not be nested deeper than a few hundred levels, because the merge is recursive.
 */
export interface ServerRow {
  readonly id: string;
  readonly name: string;
  readonly display_name: string | null;
  readonly transport: Transport | null;
  readonly endpoint: string | null;
  readonly command: string | null;
  readonly args_json: string | null;
  readonly env_json: string | null;
  readonly config_json: string | null;
  readonly headers_json: string | null;
  readonly icon: string | null;
  readonly enabled: boolean;
  readonly exposure: Exposure;
  /** Who keeps the row, for example a connection; null for a person's own row. */
  readonly managed_by: string | null;
}

export interface WorkspaceServerRow extends ServerRow {
  readonly display_name: string;
  readonly transport: Transport;
}

/**
 * A crew's row: an override if `workspace_mcp_server_id` names a workspace server, otherwise standalone.
 * In an override null means "inherit", and env, headers and config are merge patches (RFC 7396), in which
 * null deletes a key.
 */
export interface CrewServerRow extends ServerRow {
  readonly crew_id: string;
  readonly workspace_mcp_server_id: string | null;
}

/** One agent's binding to one server row, of the tier that `scope` names. */
export interface BindingRow {
  readonly id: string;
  readonly server_id: string;
  readonly scope: ServerTier;
  readonly enabled: boolean;
  readonly config_override_json: string | null;
  readonly credential_id: string | null;
  readonly cred_type: CredentialType;
  readonly cred_header: string | null;
  readonly env_var_name: string | null;
}

/** A crew's switch for one tool of one of its server rows. A tool without a row is enabled. */
export interface ToolRow {
  readonly crew_server_id: string;
  readonly tool_name: string;
  readonly enabled: boolean;
}

/**
 * All that the cascade looks at, for one agent. The order of rows never matters, and rows that do not concern
 * the agent (of other crews, or pointing at rows that are not here) have no effect. Ids are unique.
 */
export interface TierRows {
  /** The agent's crew; null if it has none. */
  readonly crew_id: string | null;
  readonly workspace_servers: readonly WorkspaceServerRow[];
  readonly crew_servers: readonly CrewServerRow[];
  /** Of this agent only. */
  readonly bindings: readonly BindingRow[];
  readonly tools: readonly ToolRow[];
}
