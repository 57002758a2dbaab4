import { type AgentRef, type CallContext, ServiceError } from '@hawser/contracts';
import { readActor } from './actor.js';
import { isJsonObject } from './json.js';
import { childTraceparent, isTraceparent } from './traceparent.js';

const names = {
  requestId: 'x-request-id',
  traceparent: 'traceparent',
  workspace: 'hawser-workspace',
  actor: 'hawser-actor',
  agent: 'hawser-agent',
  idempotencyKey: 'hawser-idempotency-key',
  deadline: 'hawser-deadline',
} as const;

/**
 * The headers of a call. `traceparent` names a new step in the caller's trace; the deadline is absolute, in
 * ms since 1970, because the NATS client holds messages back while the server is away.
 */
export function contextToHeaders(context: CallContext, deadlineAtMs: number): Record<string, string> {
  return {
    [names.requestId]: encodeText(context.requestId),
    [names.traceparent]: childTraceparent(context.traceparent),
    [names.actor]: encodeObject(context.actor),
    [names.deadline]: String(deadlineAtMs),
    ...(context.workspaceId === undefined ? {} : { [names.workspace]: encodeText(context.workspaceId) }),
    ...(context.agent === undefined ? {} : { [names.agent]: encodeObject(context.agent) }),
    ...(context.idempotencyKey === undefined
      ? {}
      : { [names.idempotencyKey]: encodeText(context.idempotencyKey) }),
  };
}

/**
 * The context that `contextToHeaders` wrote. An unreadable traceparent is left out, as its standard asks.
 * @throws ServiceError malformed_message: a header that must be there is not, or one is unreadable
 */
export function headersToContext(headers: Record<string, string>): CallContext {
  const requestId = decodeText(headers, names.requestId);
  if (requestId === undefined || requestId === '') throw malformed(names.requestId, 'is missing');
  const actor = readActor(decodeObject(headers, names.actor));
  if (actor === undefined) throw malformed(names.actor, 'does not hold an actor');
  const traceparent = headers[names.traceparent];
  const workspaceId = decodeText(headers, names.workspace);
  const agent = readAgent(headers);
  const idempotencyKey = decodeText(headers, names.idempotencyKey);
  return {
    requestId,
    actor,
    ...(traceparent !== undefined && isTraceparent(traceparent) ? { traceparent } : {}),
    ...(workspaceId === undefined ? {} : { workspaceId }),
    ...(agent === undefined ? {} : { agent }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

/** How long ago the caller stopped waiting, in ms; negative while it still waits, undefined if it did not say. */
export function lateByMs(headers: Record<string, string>, nowMs: number): number | undefined {
  const deadline = headers[names.deadline];
  return deadline === undefined || !/^\d{1,15}$/.test(deadline) ? undefined : nowMs - Number(deadline);
}

function readAgent(headers: Record<string, string>): AgentRef | undefined {
  if (headers[names.agent] === undefined) return undefined;
  const agent = decodeObject(headers, names.agent);
  if (!isJsonObject(agent)) throw malformed(names.agent, 'does not hold an agent');
  const { id, crew_id, owner_id } = agent;
  if (typeof id !== 'string' || !isNullableText(crew_id) || !isNullableText(owner_id)) {
    throw malformed(names.agent, 'does not hold an agent');
  }
  return { id, crew_id, owner_id };
}

function isNullableText(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

/** Percent-encodes what is not visible ASCII, and the percent sign itself. */
function encodeText(value: string): string {
  return value
    .toWellFormed()
    .replace(/[^\x21-\x7e]|%/gu, (character) =>
      Array.from(
        Buffer.from(character),
        (byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`,
      ).join(''),
    );
}

function decodeText(headers: Record<string, string>, name: string): string | undefined {
  const value = headers[name];
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    throw malformed(name, 'is not percent-encoded');
  }
}

// JSON has an escape of its own for everything outside ASCII.
function encodeObject(value: object): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function decodeObject(headers: Record<string, string>, name: string): unknown {
  const value = headers[name];
  if (value === undefined) throw malformed(name, 'is missing');
  try {
    return JSON.parse(value);
  } catch {
    throw malformed(name, 'is not JSON');
  }
}

function malformed(header: string, problem: string): ServiceError {
  return new ServiceError('malformed_message', `header "${header}" ${problem}`);
}
