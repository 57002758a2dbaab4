import { defineChangeEvent } from '../change.js';
import { defaultDeadlineMs, defineRpc } from '../contract.js';
import { Deleted } from '../deleted.dto.js';
import { Departure } from '../directory/departure.dto.js';
import { PageQuery } from '../page.js';
import {
  AgentBinding,
  AgentBindingPage,
  AgentBindingRef,
  ListAgentBindings,
  NewAgentBinding,
  UpdateAgentBinding,
} from './agent-bindings.dto.js';
import { CredentialUsage, FindCredentialUsers } from './credential-usage.dto.js';
import { Explanation, ResolveAgent, ResolvedServer, ServerToTry, TriedServer } from './resolver.dto.js';
import {
  CreateWorkspaceServer,
  CrewServer,
  CrewServerPage,
  CrewServerRef,
  ListCrewServers,
  NewCrewServer,
  UpdateCrewServer,
  UpdateWorkspaceServer,
  WorkspaceServer,
  WorkspaceServerPage,
  WorkspaceServerRef,
} from './servers.dto.js';
import { RefreshCrewTools, RefreshedTools, ToolState, UpsertTool } from './tools.dto.js';

/** For what may wait for the vault, and the vault for an authorization server. */
const withCredentialsMs = 2 * defaultDeadlineMs + 2_000;

const subject = (name: string): string => `hawser.bindings.${name}.v1`;

export const listWorkspaceServers = defineRpc({
  subject: subject('workspace-server.list'),
  request: PageQuery,
  response: WorkspaceServerPage,
  idempotent: true,
});

export const getWorkspaceServer = defineRpc({
  subject: subject('workspace-server.get'),
  request: WorkspaceServerRef,
  response: WorkspaceServer,
  errors: ['not_found'],
  idempotent: true,
});

export const createWorkspaceServer = defineRpc({
  subject: subject('workspace-server.create'),
  request: CreateWorkspaceServer,
  response: WorkspaceServer,
  errors: ['name_taken', 'idempotency_key_reused', 'not_found'],
});

export const updateWorkspaceServer = defineRpc({
  subject: subject('workspace-server.update'),
  request: UpdateWorkspaceServer,
  response: WorkspaceServer,
  errors: ['not_found', 'managed'],
});

export const deleteWorkspaceServer = defineRpc({
  subject: subject('workspace-server.delete'),
  request: WorkspaceServerRef,
  response: Deleted,
  errors: ['not_found', 'managed'],
});

export const listAllCrewServers = defineRpc({
  subject: subject('crew-server.overview'),
  request: PageQuery,
  response: CrewServerPage,
  idempotent: true,
});

export const listCrewServers = defineRpc({
  subject: subject('crew-server.list'),
  request: ListCrewServers,
  response: CrewServerPage,
  idempotent: true,
});

export const createCrewServer = defineRpc({
  subject: subject('crew-server.create'),
  request: NewCrewServer,
  response: CrewServer,
  errors: ['name_taken', 'override_exists', 'idempotency_key_reused', 'not_found'],
});

export const updateCrewServer = defineRpc({
  subject: subject('crew-server.update'),
  request: UpdateCrewServer,
  response: CrewServer,
  errors: ['not_found', 'managed'],
});

export const deleteCrewServer = defineRpc({
  subject: subject('crew-server.delete'),
  request: CrewServerRef,
  response: Deleted,
  errors: ['not_found', 'managed'],
  deadlineMs: withCredentialsMs,
});

export const listAgentBindings = defineRpc({
  subject: subject('agent-binding.list'),
  request: ListAgentBindings,
  response: AgentBindingPage,
  idempotent: true,
});

export const createAgentBinding = defineRpc({
  subject: subject('agent-binding.create'),
  request: NewAgentBinding,
  response: AgentBinding,
  errors: ['already_bound', 'idempotency_key_reused', 'not_found', 'secret_encryption_unavailable'],
});

export const updateAgentBinding = defineRpc({
  subject: subject('agent-binding.update'),
  request: UpdateAgentBinding,
  response: AgentBinding,
  errors: ['not_found', 'managed', 'secret_encryption_unavailable'],
});

export const deleteAgentBinding = defineRpc({
  subject: subject('agent-binding.delete'),
  request: AgentBindingRef,
  response: Deleted,
  errors: ['not_found', 'managed'],
});

export const listTools = defineRpc({
  subject: subject('tool.list'),
  request: CrewServerRef,
  response: [ToolState],
  errors: ['not_found'],
  idempotent: true,
});

export const upsertTool = defineRpc({
  subject: subject('tool.upsert'),
  request: UpsertTool,
  response: ToolState,
  errors: ['not_found'],
});

export const refreshTools = defineRpc({
  subject: subject('tool.refresh'),
  request: RefreshCrewTools,
  response: RefreshedTools,
  errors: ['not_found'],
});

export const resolveAgent = defineRpc({
  subject: subject('resolver.resolve'),
  request: ResolveAgent,
  response: [ResolvedServer],
  errors: ['secret_encryption_unavailable', 'forbidden'],
  deadlineMs: withCredentialsMs,
  idempotent: true,
});

export const explainAgent = defineRpc({
  subject: subject('resolver.explain'),
  request: ResolveAgent,
  response: Explanation,
  errors: ['secret_encryption_unavailable', 'forbidden'],
  deadlineMs: withCredentialsMs,
  idempotent: true,
});

/** One server as agents get it, without any binding, and whether it is enabled or not: for trying it out. */
export const resolveServer = defineRpc({
  subject: subject('server.resolve'),
  request: ServerToTry,
  response: TriedServer,
  errors: ['not_found', 'secret_encryption_unavailable', 'forbidden'],
  deadlineMs: withCredentialsMs,
  idempotent: true,
});

/** Which rows use credentials, by id or by a template with the name: for the vault. */
export const findCredentialUsers = defineRpc({
  subject: subject('credential-usage.list'),
  request: FindCredentialUsers,
  response: CredentialUsage,
  idempotent: true,
});

/** Removes all that hangs on a workspace, crew or agent that is no more; doing it twice is the same. */
export const forgetTenant = defineRpc({
  subject: subject('tenant.forget'),
  request: Departure,
  response: null,
  idempotent: true,
});

export const bindingsChanged = defineChangeEvent('bindings');
