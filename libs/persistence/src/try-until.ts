import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';

export interface Waiting {
  /** Ends the waiting: it rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Gets a line for a person each time that it has to wait on. */
  log: (line: string) => void;
}

const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** Tries until it works, pausing ever longer in between. `failed` may end it by throwing, `signal` at any time. */
export async function tryUntilItWorks<T>(
  attempt: () => Promise<T>,
  failed: (error: unknown) => void,
  signal?: AbortSignal,
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      failed(error);
    }
    await sleep(pauseMs(failures), undefined, signal === undefined ? {} : { signal });
  }
}

/**
 * 0.25, 0.5, 1, 2, 4 and then 5 s, each shortened at random by up to a half, so that replicas that wait for the same
 * thing do not come all at once.
 */
export function pauseMs(failures: number): number {
  return Math.min(firstPauseMs * 2 ** failures, longestPauseMs) * (1 - Math.random() / 2);
}

/** An error in one line: never its other properties, which may hold values of the statement. */
export function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return typeof error;
  // An attempt at several addresses fails without a message of its own.
  const { code, message, name } = error as NodeJS.ErrnoException;
  return (message || code || name).replace(/\s+/g, ' ');
}
