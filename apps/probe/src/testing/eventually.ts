import { setTimeout as delay } from 'node:timers/promises';

const everyMs = 20;

/** Resolves when `holds` does. @throws Error it does not within `withinMs` */
export async function eventually(holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`still not so after ${withinMs} ms: ${holds.toString()}`);
    await delay(everyMs);
  }
}
