import { ServiceError } from '@hawser/contracts';
import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { maxErrands, maxWaitingErrands, maxWaitMs } from '../limits.js';
import { inFlight, waiting } from '../metrics.js';

export interface SlotLimits {
  running: number;
  waiting: number;
  waitMs: number;
}

const defaultLimits: SlotLimits = { running: maxErrands, waiting: maxWaitingErrands, waitMs: maxWaitMs };

/** What keeps one process from having more errands on their way to other people's servers than it can hold. */
export class ProbeSlots {
  private readonly slots;

  constructor(private readonly limits: SlotLimits = defaultLimits) {
    this.slots = bulkhead(limits.running, limits.waiting);
  }

  /**
   * Does the work, as soon as there is a slot for it.
   * @throws ServiceError service_busy: there was no slot in time, or too many waited already
   * @throws the signal's reason, when it aborts before the work has begun
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const counted = async (): Promise<T> => {
      inFlight.inc();
      try {
        return await work();
      } finally {
        inFlight.dec();
      }
    };
    return this.slots.executionSlots > 0 ? this.slots.execute(counted) : this.waitFor(signal, counted);
  }

  /** The bulkhead looks at a signal only when a turn comes: whoever leaves, or waits for too long, is let go here. */
  private waitFor<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const left = new AbortController();
      const leave = (reason: Error): void => {
        stopWaiting();
        left.abort();
        reject(reason);
      };
      const onAbort = (): void => leave(signal.reason as Error);
      const timer = setTimeout(() => leave(tooMany()), this.limits.waitMs);
      const stopWaiting = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        waiting.dec();
      };
      waiting.inc();
      signal.addEventListener('abort', onAbort, { once: true });
      const turn = (): Promise<T> => {
        stopWaiting();
        return work();
      };
      this.slots.execute(turn, left.signal).then(resolve, (error: Error) => {
        if (error instanceof BulkheadRejectedError) leave(tooMany());
        else reject(error);
      });
    });
  }
}

function tooMany(): ServiceError {
  return new ServiceError(
    'service_busy',
    'too many servers are being tried out at the moment, try again in a few seconds',
    { retry_after_seconds: 5 },
  );
}
