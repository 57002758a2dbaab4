import type { DisclosedCredential, GivenCredentials } from '../credentials.js';
import type { BindingRow, CrewServerRow, TierRows, ToolRow, WorkspaceServerRow } from '../rows.js';

/** Rows for tests: each works as it is, and a test names only the fields that it is about. */

export function workspaceServer(fields: Partial<WorkspaceServerRow> = {}): WorkspaceServerRow {
  return {
    id: 'srv_w',
    name: 'github',
    display_name: 'GitHub',
    transport: 'streamable-http',
    endpoint: 'https://mcp.example.com/mcp',
    command: null,
    args_json: null,
    env_json: null,
    config_json: null,
    headers_json: null,
    icon: null,
    enabled: true,
    exposure: 'all',
    managed_by: null,
    ...fields,
  };
}

export function stdioServer(fields: Partial<WorkspaceServerRow> = {}): WorkspaceServerRow {
  return workspaceServer({ transport: 'stdio', endpoint: null, command: 'npx', ...fields });
}

/** A crew's own server, of a name that no other factory gives. */
export function standalone(fields: Partial<CrewServerRow> = {}): CrewServerRow {
  return {
    ...workspaceServer(),
    id: 'srv_c',
    name: 'notes',
    display_name: 'Notes',
    crew_id: 'crew_1',
    workspace_mcp_server_id: null,
    ...fields,
  };
}

/** An override of `workspaceServer()` that inherits everything. */
export function override(fields: Partial<CrewServerRow> = {}): CrewServerRow {
  return {
    ...standalone({ id: 'srv_o', name: 'github-of-crew', workspace_mcp_server_id: 'srv_w' }),
    display_name: null,
    transport: null,
    endpoint: null,
    ...fields,
  };
}

/** An enabled binding to `workspaceServer()` without a credential. */
export function binding(fields: Partial<BindingRow> = {}): BindingRow {
  return {
    id: 'bnd_w',
    server_id: 'srv_w',
    scope: 'workspace',
    enabled: true,
    config_override_json: null,
    credential_id: null,
    cred_type: 'bearer',
    cred_header: null,
    env_var_name: null,
    ...fields,
  };
}

/** The same to `override()`. */
export function crewBinding(fields: Partial<BindingRow> = {}): BindingRow {
  return binding({ id: 'bnd_c', server_id: 'srv_o', scope: 'crew', ...fields });
}

export function disabledTool(tool_name: string, crew_server_id = 'srv_o'): ToolRow {
  return { crew_server_id, tool_name, enabled: false };
}

/** The rows of an agent in crew_1. */
export function tiers(rows: Partial<TierRows> = {}): TierRows {
  return { crew_id: 'crew_1', workspace_servers: [], crew_servers: [], bindings: [], tools: [], ...rows };
}

/** One that works, whatever it is used for. */
export function credential(fields: Partial<DisclosedCredential> = {}): DisclosedCredential {
  return {
    id: 'cred_1',
    name: 'token',
    type: 'secret',
    status: 'active',
    status_reason: null,
    allowed_origins: null,
    value: 's3cret',
    retryable: false,
    ...fields,
  };
}

export function plain(...credentials: DisclosedCredential[]): GivenCredentials {
  return { plain: true, credentials };
}

/** With values all the same, which an answer must not have. */
export function unreadable(...credentials: DisclosedCredential[]): GivenCredentials {
  return { plain: false, credentials };
}
