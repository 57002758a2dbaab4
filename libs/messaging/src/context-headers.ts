import { type AgentRef, type CallContext, ServiceError } from '@hawser/contracts';
import { readActor } from './actor.js';
import { isJsonObject } from './json.js';
import { childTraceparent, isTraceparent } from './traceparent.js';

/** One header for all of it: each takes the NATS client about a microsecond. */
const contextHeader = 'hawser-context';
/** One of its own, where tools look for it. */
const traceparentHeader = 'traceparent';

/**
 * The headers of a call. `traceparent` names this step of the caller's trace, a new one if none is given; the deadline
 * is absolute, in ms since 1970, because the NATS client holds messages back while the server is away.
 */
export function contextToHeaders(
  { requestId, workspaceId, actor, agent, idempotencyKey, traceparent: parent }: CallContext,
  deadlineAtMs: number,
  traceparent = childTraceparent(parent),
): Record<string, string> {
  const context = {
    requestId: requestId.toWellFormed(),
    workspaceId: workspaceId?.toWellFormed(),
    actor,
    agent,
    idempotencyKey: idempotencyKey?.toWellFormed(),
    deadlineAtMs,
  };
  return { [contextHeader]: toAscii(JSON.stringify(context)), [traceparentHeader]: traceparent };
}

/**
 * The context that `contextToHeaders` wrote. An unreadable traceparent is left out, as its standard asks, and so is an
 * unreadable deadline.
 * @throws ServiceError malformed_message: the header is not there, or something in it is missing or unreadable
 */
export function headersToContext(headers: Record<string, string>): CallContext {
  const { requestId, workspaceId, actor: givenActor, agent, idempotencyKey, deadlineAtMs } = decode(headers);
  if (typeof requestId !== 'string' || requestId === '') throw malformed('requestId');
  const actor = readActor(givenActor);
  if (actor === undefined) throw malformed('actor');
  const context: CallContext = { requestId, actor };
  if (workspaceId !== undefined) context.workspaceId = readText(workspaceId, 'workspaceId');
  if (agent !== undefined) context.agent = readAgent(agent);
  if (idempotencyKey !== undefined) context.idempotencyKey = readText(idempotencyKey, 'idempotencyKey');
  if (isTime(deadlineAtMs)) context.deadlineAtMs = deadlineAtMs;
  const traceparent = headers[traceparentHeader];
  if (traceparent !== undefined && isTraceparent(traceparent)) context.traceparent = traceparent;
  return context;
}

/** The traceparent that came with a message, read before anything else of its headers is. */
export function traceparentIn(headers: Record<string, string>): string | undefined {
  return headers[traceparentHeader];
}

/** For log lines about a message that nobody looks at more closely. */
export function requestIdIn(headers: Record<string, string>): string {
  try {
    return headersToContext(headers).requestId;
  } catch {
    return 'unknown';
  }
}

function decode(headers: Record<string, string>): Record<string, unknown> {
  const text = headers[contextHeader];
  if (text === undefined) throw malformed();
  let context: unknown;
  try {
    context = JSON.parse(text);
  } catch {
    throw malformed();
  }
  if (!isJsonObject(context)) throw malformed();
  return context;
}

function readText(value: unknown, field: string): string {
  if (typeof value !== 'string') throw malformed(field);
  return value;
}

function readAgent(agent: unknown): AgentRef {
  if (!isJsonObject(agent)) throw malformed('agent');
  const { id, crew_id, owner_id } = agent;
  if (typeof id !== 'string' || !isNullableText(crew_id) || !isNullableText(owner_id))
    throw malformed('agent');
  return { id, crew_id, owner_id };
}

function isNullableText(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

/** In ms since 1970. */
function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** JSON has an escape of its own for everything outside ASCII. */
function toAscii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function malformed(field?: string): ServiceError {
  const problem = field === undefined ? 'is missing or not a JSON object' : `holds no readable ${field}`;
  return new ServiceError('malformed_message', `header "${contextHeader}" ${problem}`);
}
