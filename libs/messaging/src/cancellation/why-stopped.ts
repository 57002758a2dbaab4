import { ServiceError } from '@hawser/contracts';

const abortNames: readonly unknown[] = ['AbortError', 'TimeoutError'];
const endings: readonly string[] = ['cancelled', 'service_timeout'];

/**
 * Why a handler stopped that failed with `error` after its signal had been aborted: the signal's reason. Undefined if
 * it has failed by itself.
 */
export function whyStopped(signal: AbortSignal | undefined, error: unknown): ServiceError | undefined {
  if (!signal?.aborted) return undefined;
  const reason: unknown = signal.reason;
  if (!(reason instanceof ServiceError)) return undefined;
  const { cause } = Object(error) as { cause?: unknown };
  // Node wraps the reason, or what it became: `fetch` in a TypeError, timers in an AbortError.
  return [error, cause].some((thrown) => thrown === reason || isEnding(thrown)) ? reason : undefined;
}

/** What an aborted operation fails with, or a call made within, which the same caller's leaving has ended. */
function isEnding(thrown: unknown): boolean {
  if (thrown instanceof ServiceError) return endings.includes(thrown.code);
  return abortNames.includes((Object(thrown) as { name?: unknown }).name);
}
