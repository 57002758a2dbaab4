const firstMs = 5_000;
const longestMs = 300_000;

/**
 * When to try again: 5 s after the first failure, each time twice as long, 5 min at the most. Each pause is shortened at
 * random by up to a quarter, so that what failed at one moment does not come back at one moment.
 * @param failures how many there were before this one
 * @param random from 0 up to, not including, 1
 */
export function retryAt(now: Date, failures: number, random: number): Date {
  const pauseMs = Math.min(firstMs * 2 ** failures, longestMs) * (1 - random / 4);
  return new Date(now.getTime() + pauseMs);
}
