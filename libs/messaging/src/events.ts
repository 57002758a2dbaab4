import { type Actor, type ClassOf, ServiceError } from '@hawser/contracts';
import { readActor } from './actor.js';
import { maxPayloadBytes, PayloadTooLargeError, type Subscription } from './bus.js';
import { decodeJson, encodeJson, isJsonObject } from './json.js';
import { readPlain } from './message-reader.js';
import { isTraceparent } from './traceparent.js';

/** An event as it is stored in the outbox and as it travels. */
export interface EventEnvelope {
  /** Same for every delivery of the event: what consumers recognise a repetition by. */
  id: string;
  subject: string;
  /** ISO 8601, UTC. */
  occurred_at: string;
  workspace_id: string;
  actor: Actor;
  request_id: string;
  traceparent?: string;
  data: object;
}

/** What a consumer knows about an event besides its data. Fit to be passed on as the context of a call. */
export interface EventContext {
  id: string;
  subject: string;
  occurredAt: Date;
  workspaceId: string;
  actor: Actor;
  requestId: string;
  traceparent?: string;
}

/** Where a service gets events from. */
export interface EventSource {
  /**
   * One member of `group` gets each event of the subject, at least once. `handle` gets an envelope's JSON;
   * its rejection means "not done, once more".
   */
  subscribe(subject: string, group: string, handle: (envelope: Uint8Array) => Promise<void>): Subscription;
}

/** An envelope's JSON travels beside headers of a transport's own; they have room in the kilobyte that is kept free. */
export const maxEventBytes = maxPayloadBytes - 1024;

/**
 * An envelope as it travels.
 * @throws PayloadTooLargeError it is longer than `maxEventBytes`
 * @throws TypeError its data has no JSON form
 */
export function encodeEvent(envelope: EventEnvelope): Uint8Array {
  const bytes = encodeJson(envelope);
  if (bytes.byteLength > maxEventBytes) {
    throw new PayloadTooLargeError(envelope.subject, bytes.byteLength, maxEventBytes);
  }
  return bytes;
}

/**
 * Reads an envelope's bytes, with its data as an instance of the contract's class.
 * @throws ServiceError malformed_message, validation_failed
 */
export async function readEvent<Data extends object>(
  type: ClassOf<Data>,
  bytes: Uint8Array,
): Promise<{ data: Data; event: EventContext }> {
  const envelope = parse(bytes);
  const occurredAt = new Date(text(envelope, 'occurred_at'));
  if (Number.isNaN(occurredAt.getTime())) throw malformed('occurred_at');
  const actor = readActor(envelope.actor);
  if (actor === undefined) throw malformed('actor');
  const { traceparent } = envelope;
  const event: EventContext = {
    id: text(envelope, 'id'),
    subject: text(envelope, 'subject'),
    occurredAt,
    workspaceId: text(envelope, 'workspace_id'),
    actor,
    requestId: text(envelope, 'request_id'),
    ...(typeof traceparent === 'string' && isTraceparent(traceparent) ? { traceparent } : {}),
  };
  return { data: await readPlain(type, envelope.data), event };
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value = decodeJson(bytes);
    if (isJsonObject(value)) return value;
  } catch {
    // Falls through to the one answer for all that is not an envelope.
  }
  throw new ServiceError('malformed_message', 'the event is not a JSON object');
}

function text(envelope: Record<string, unknown>, field: string): string {
  const value = envelope[field];
  if (typeof value !== 'string' || value === '') throw malformed(field);
  return value;
}

function malformed(field: string): ServiceError {
  return new ServiceError('malformed_message', `the event's "${field}" is missing or unreadable`);
}
