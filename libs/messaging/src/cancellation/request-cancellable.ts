import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { codeOf } from '../answer.js';
import { type Bus, type BusMessage, DeadlineError } from '../bus.js';
import { stackOf } from '../stack-of.js';
import { CallCancelledError } from './call-cancelled-error.js';
import { cancellationOf, cancellationSubject, withCallId } from './cancellation-message.js';

export interface CancellableRequest {
  subject: string;
  /** The service that the subject names. */
  service: string;
  message: BusMessage;
  timeoutMs: number;
  /** Aborts when the caller leaves. */
  signal: AbortSignal | undefined;
}

const logger = new Logger('BusClient');

/**
 * Sends a request, and tells the service when nobody waits for its answer any more: because the caller has left, or
 * because the time is up (the service knows that by itself, but its clock may be slow). Who has left still waits for
 * the answer, which comes as soon as the handler has stopped.
 * @throws CallCancelledError the handler has stopped; or the caller has left, and there was no answer in time
 * @throws DeadlineError, NoResponderError and others, as `Bus.request`
 */
export async function requestCancellable(
  bus: Pick<Bus, 'request' | 'broadcast'>,
  { subject, service, message, timeoutMs, signal }: CancellableRequest,
): Promise<BusMessage> {
  const callId = randomUUID();
  // In a turn of its own: so is a request handed over within a process, and it must not be overtaken.
  const cancel = (): void => void setImmediate(tellCancelled, bus, service, callId);
  const answering = bus.request(subject, withCallId(message, callId), timeoutMs);
  signal?.addEventListener('abort', cancel);
  try {
    const answer = await answering;
    if (codeOf(answer) === 'cancelled') throw new CallCancelledError(signal, { answered: true });
    return answer;
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    cancel();
    throw signal?.aborted ? new CallCancelledError(signal, { answered: false }) : error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

function tellCancelled(bus: Pick<Bus, 'broadcast'>, service: string, callId: string): void {
  try {
    bus.broadcast(cancellationSubject(service), cancellationOf(callId));
  } catch (error) {
    logger.warn(`"${service}" works on to the deadline of a call that nobody waits for`, stackOf(error));
  }
}
