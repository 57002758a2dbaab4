import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 25;

/** Asks again until there is an answer other than undefined. */
export async function eventually<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  withinMs = 10_000,
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > giveUpAt) throw new Error(`it did not happen within ${withinMs} ms`);
    await delay(pollMs);
  }
}
