export const roles = ['OWNER', 'ADMIN', 'MANAGER', 'MEMBER', 'VIEWER'] as const;
export type Role = (typeof roles)[number];

/** Who asks. `id` is the token's id, or the service's name for `system`. An agent token has no role. */
export interface Actor {
  kind: 'user' | 'service' | 'agent' | 'system';
  id: string;
  user_id?: string;
  agent_id?: string;
  role?: Role;
}

/** The agent that the path names, as `directory` knows it at the time of the request. */
export interface AgentRef {
  id: string;
  crew_id: string | null;
  owner_id: string | null;
}

/** What travels beside every message, in headers. */
export interface CallContext {
  requestId: string;
  /** W3C Trace Context, https://www.w3.org/TR/trace-context/ */
  traceparent?: string;
  workspaceId?: string;
  actor: Actor;
  agent?: AgentRef;
  /** When the caller began to wait, in ms since 1970: a contract's deadline counts from there. Does not travel. */
  beganAtMs?: number;
  /** As the caller sent it in `Idempotency-Key`; kept by the service that owns what is created. */
  idempotencyKey?: string;
  /** When the caller stops waiting, in ms since 1970: no call made on its behalf waits longer. */
  deadlineAtMs?: number;
  /**
   * Aborts when nobody waits for the answer any more. A caller sets it to be able to leave; the handler of a
   * `cancellable` contract always has one. Does not travel itself: the bus tells the handler.
   */
  signal?: AbortSignal;
}

/** The workspace that a call is about. Every call about data has one; the gateway sees to it. */
export function workspaceOf(context: CallContext): string {
  if (context.workspaceId === undefined) throw new Error('a call about data arrived without a workspace');
  return context.workspaceId;
}

/** The agent that a call is about. Every call about an agent has one; the gateway sees to it. */
export function agentOf(context: CallContext): AgentRef {
  if (context.agent === undefined) throw new Error('a call about an agent arrived without the agent');
  return context.agent;
}

/** Who gets secrets in plain text: an agent, whose routes are its own only, and those who could replace them anyway. */
export function mayReadSecrets({ kind, role }: Pick<Actor, 'kind' | 'role'>): boolean {
  return kind === 'agent' || role === 'OWNER' || role === 'ADMIN';
}
