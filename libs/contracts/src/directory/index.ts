export { Access, Authorise, Me, WorkspaceRef } from './access.dto.js';
export { AccessChange, accessChanged } from './broadcasts.js';
export { Departure, tenantKinds } from './departure.dto.js';
export type { TenantKind } from './departure.dto.js';
export { Agent, AgentIdRef, AgentPage, CreateAgent, PatchAgent, UpdateAgent } from './agents.dto.js';
export { AuditEntry, AuditPage, AuditQuery } from './audit.dto.js';
export { CreateCrew, Crew, CrewPage, CrewRef, PatchCrew, UpdateCrew } from './crews.dto.js';
export { Health } from './health.dto.js';
export { CreateMember, Member, MemberPage, MemberRef, PatchMember, UpdateMember } from './members.dto.js';
export {
  CreatedToken,
  CreateToken,
  Token,
  tokenKinds,
  tokenModes,
  TokenPage,
  TokenRef,
  tokenScopes,
} from './tokens.dto.js';
export type { TokenKind, TokenMode, TokenScope } from './tokens.dto.js';
export {
  CreatedWorkspace,
  CreateWorkspace,
  PatchWorkspace,
  plans,
  Workspace,
  WorkspacePage,
} from './workspaces.dto.js';
export type { Plan } from './workspaces.dto.js';
export {
  authorise,
  checkHealth,
  createAgent,
  createCrew,
  createMember,
  createToken,
  createWorkspace,
  deleteAgent,
  deleteCrew,
  deleteMember,
  deleteToken,
  deleteWorkspace,
  getAgent,
  getCrew,
  getToken,
  getWorkspace,
  listAgents,
  listAudit,
  listCrews,
  listMembers,
  listTokens,
  listWorkspaces,
  tenantDeparted,
  updateAgent,
  updateCrew,
  updateMember,
  updateWorkspace,
} from './rpc.js';
