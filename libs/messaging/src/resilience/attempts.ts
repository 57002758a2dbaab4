import { setTimeout as delay } from 'node:timers/promises';
import { ExponentialBackoff, halfJitterGenerator, type IBackoff } from 'cockatiel';
import { codeOf, isUnavailable } from '../answer.js';
import { type BusMessage, DeadlineError, NoResponderError } from '../bus.js';
import { CallCancelledError } from '../cancellation/call-cancelled-error.js';
import type { CallLimits } from './call-limits.js';

/** A request that may take several attempts. */
export interface PendingRequest {
  subject: string;
  /** The service that the subject names. */
  service: string;
  /** Whether it may be sent again although it may have been done already. */
  repeatable: boolean;
  /** When the caller stops waiting, in ms since 1970. */
  deadlineAtMs: number;
  /** Aborts when the caller leaves: after that it is not sent. */
  signal?: AbortSignal | undefined;
  /** Sends it once; rejects as `Bus.request` does. */
  attempt: (timeoutMs: number) => Promise<BusMessage>;
}

/** Of the time there is, so that a second attempt has the larger part. */
const firstAttemptShare = 0.4;

const backoff = new ExponentialBackoff({
  generator: halfJitterGenerator,
  initialDelay: 20,
  maxDelay: 250,
});

/**
 * Sends a request until there is an answer. Where nobody was there to take it, it is sent again; where it may have
 * been taken (no answer, or "unavailable" as an answer), only if it is repeatable; and so once where something behind the
 * service was too slow for the first attempt.
 * @throws NoResponderError, DeadlineError and others, as the last attempt did
 * @throws CallCancelledError the caller has left before the first attempt, or between two
 */
export async function sendUntilAnswered(
  { subject, service, repeatable, deadlineAtMs, signal, attempt }: PendingRequest,
  { absenceMs, silenceMs }: Pick<CallLimits, 'absenceMs' | 'silenceMs'>,
  onRetry: () => void,
): Promise<BusMessage> {
  let mayBeSilent = repeatable;
  let pause: IBackoff<unknown> | undefined;
  let giveUpAtMs: number | undefined;
  for (;;) {
    if (signal?.aborted) throw new CallCancelledError(signal, { answered: false });
    const leftMs = deadlineAtMs - Date.now();
    if (leftMs <= 0) throw new DeadlineError(subject, 0);
    let absence: BusMessage | NoResponderError;
    try {
      const answer = await attempt(
        mayBeSilent ? Math.min(silenceMs, Math.ceil(leftMs * firstAttemptShare)) : leftMs,
      );
      // Something behind it was too slow for the time that this attempt had, and the next one has more.
      if (mayBeSilent && codeOf(answer) === 'service_timeout') {
        mayBeSilent = false;
        onRetry();
        continue;
      }
      if (!repeatable || !isUnavailable(answer, service)) return answer;
      absence = answer;
    } catch (error) {
      if (error instanceof DeadlineError && mayBeSilent) {
        mayBeSilent = false;
        onRetry();
        continue;
      }
      if (!(error instanceof NoResponderError)) throw error;
      absence = error;
    }
    pause = (pause ?? backoff).next(undefined);
    giveUpAtMs ??= Math.min(deadlineAtMs, Date.now() + absenceMs);
    if (Date.now() + pause.duration >= giveUpAtMs) {
      if (absence instanceof NoResponderError) throw absence;
      return absence;
    }
    await delay(pause.duration, undefined, { signal }).catch(() => undefined);
    onRetry();
  }
}
