import { defaultDeadlineMs, defineEvent, defineRpc } from '../contract.js';
import { Deleted } from '../deleted.dto.js';
import { Nothing } from '../nothing.dto.js';
import { PageQuery } from '../page.js';
import { Access, Authorise } from './access.dto.js';
import { Departure } from './departure.dto.js';
import { Agent, AgentIdRef, AgentPage, CreateAgent, UpdateAgent } from './agents.dto.js';
import { AuditPage, AuditQuery } from './audit.dto.js';
import { CreateCrew, Crew, CrewPage, CrewRef, UpdateCrew } from './crews.dto.js';
import { Health } from './health.dto.js';
import { CreateMember, Member, MemberPage, MemberRef, UpdateMember } from './members.dto.js';
import { CreatedToken, CreateToken, Token, TokenPage, TokenRef } from './tokens.dto.js';
import {
  CreatedWorkspace,
  CreateWorkspace,
  PatchWorkspace,
  Workspace,
  WorkspacePage,
} from './workspaces.dto.js';

const subject = (name: string): string => `hawser.directory.${name}.v1`;

/** For deletions that also wait for another service to forget what is deleted. */
const departureDeadlineMs = 2 * defaultDeadlineMs;

export const authorise = defineRpc({
  subject: subject('access.authorise'),
  request: Authorise,
  response: Access,
  errors: ['unauthenticated', 'not_found'],
  idempotent: true,
});

export const checkHealth = defineRpc({
  subject: subject('health.check'),
  request: Nothing,
  response: Health,
  idempotent: true,
});

export const createWorkspace = defineRpc({
  subject: subject('workspace.create'),
  request: CreateWorkspace,
  response: CreatedWorkspace,
  errors: ['not_found', 'forbidden', 'name_taken', 'idempotency_key_reused'],
});

export const listWorkspaces = defineRpc({
  subject: subject('workspace.list'),
  request: PageQuery,
  response: WorkspacePage,
  idempotent: true,
});

export const getWorkspace = defineRpc({
  subject: subject('workspace.get'),
  request: Nothing,
  response: Workspace,
  errors: ['not_found'],
  idempotent: true,
});

export const updateWorkspace = defineRpc({
  subject: subject('workspace.update'),
  request: PatchWorkspace,
  response: Workspace,
  errors: ['not_found', 'name_taken', 'forbidden'],
});

export const deleteWorkspace = defineRpc({
  subject: subject('workspace.delete'),
  request: Nothing,
  response: Deleted,
  errors: ['not_found', 'forbidden'],
  deadlineMs: departureDeadlineMs,
});

export const createMember = defineRpc({
  subject: subject('member.create'),
  request: CreateMember,
  response: Member,
  errors: ['not_found', 'member_exists', 'forbidden', 'idempotency_key_reused'],
});

export const listMembers = defineRpc({
  subject: subject('member.list'),
  request: PageQuery,
  response: MemberPage,
  idempotent: true,
});

export const updateMember = defineRpc({
  subject: subject('member.update'),
  request: UpdateMember,
  response: Member,
  errors: ['not_found', 'forbidden', 'last_owner'],
});

export const deleteMember = defineRpc({
  subject: subject('member.delete'),
  request: MemberRef,
  response: Deleted,
  errors: ['not_found', 'forbidden', 'last_owner'],
});

export const createCrew = defineRpc({
  subject: subject('crew.create'),
  request: CreateCrew,
  response: Crew,
  errors: ['not_found', 'name_taken', 'idempotency_key_reused'],
});

export const listCrews = defineRpc({
  subject: subject('crew.list'),
  request: PageQuery,
  response: CrewPage,
  idempotent: true,
});

export const getCrew = defineRpc({
  subject: subject('crew.get'),
  request: CrewRef,
  response: Crew,
  errors: ['not_found'],
  idempotent: true,
});

export const updateCrew = defineRpc({
  subject: subject('crew.update'),
  request: UpdateCrew,
  response: Crew,
  errors: ['not_found', 'name_taken'],
});

export const deleteCrew = defineRpc({
  subject: subject('crew.delete'),
  request: CrewRef,
  response: Deleted,
  errors: ['not_found'],
  deadlineMs: departureDeadlineMs,
});

export const createAgent = defineRpc({
  subject: subject('agent.create'),
  request: CreateAgent,
  response: Agent,
  errors: ['not_found', 'idempotency_key_reused'],
});

export const listAgents = defineRpc({
  subject: subject('agent.list'),
  request: PageQuery,
  response: AgentPage,
  idempotent: true,
});

export const getAgent = defineRpc({
  subject: subject('agent.get'),
  request: AgentIdRef,
  response: Agent,
  errors: ['not_found'],
  idempotent: true,
});

export const updateAgent = defineRpc({
  subject: subject('agent.update'),
  request: UpdateAgent,
  response: Agent,
  errors: ['not_found'],
});

export const deleteAgent = defineRpc({
  subject: subject('agent.delete'),
  request: AgentIdRef,
  response: Deleted,
  errors: ['not_found'],
  deadlineMs: departureDeadlineMs,
});

export const createToken = defineRpc({
  subject: subject('token.create'),
  request: CreateToken,
  response: CreatedToken,
  errors: ['not_found', 'forbidden', 'idempotency_key_reused'],
});

export const listTokens = defineRpc({
  subject: subject('token.list'),
  request: PageQuery,
  response: TokenPage,
  idempotent: true,
});

export const getToken = defineRpc({
  subject: subject('token.get'),
  request: TokenRef,
  response: Token,
  errors: ['not_found'],
  idempotent: true,
});

export const deleteToken = defineRpc({
  subject: subject('token.delete'),
  request: TokenRef,
  response: Deleted,
  errors: ['not_found'],
});

export const listAudit = defineRpc({
  subject: subject('audit.list'),
  request: AuditQuery,
  response: AuditPage,
  errors: ['secret_encryption_unavailable'],
  idempotent: true,
});

/** A workspace, crew or agent is no more: every service removes what it keeps for it. */
export const tenantDeparted = defineEvent({
  subject: 'hawser.events.directory.tenant.departed.v1',
  data: Departure,
});
