import { setTimeout as delay } from 'node:timers/promises';

const everyMs = 20;

/**
 * Asks again and again, until the answer is something else than undefined or false.
 * @param withinMs less than the test may take, so that it is this that fails
 * @throws Error no such answer came in time; and at once what `ask` throws
 */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  withinMs = 15_000,
): Promise<Exclude<T, undefined | false>> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (Date.now() > giveUpAt) throw new Error(`not so within ${withinMs} ms: ${ask.toString()}`);
    await delay(everyMs);
  }
}
