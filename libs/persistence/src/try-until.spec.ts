import { pauseMs, reasonOf, tryUntilItWorks } from './try-until.js';

/** Fails as often as told. */
function failing(times: number): { attempt: () => Promise<string>; tried: () => number } {
  let tried = 0;
  const attempt = (): Promise<string> => {
    tried += 1;
    return tried > times ? Promise.resolve('done') : Promise.reject(new Error('not yet'));
  };
  return { attempt, tried: () => tried };
}

it('tries again until it works', async () => {
  const { attempt, tried } = failing(2);
  const failures: unknown[] = [];
  await expect(tryUntilItWorks(attempt, (error) => failures.push(error))).resolves.toBe('done');
  expect(tried()).toBe(3);
  expect(failures).toEqual([new Error('not yet'), new Error('not yet')]);
});

it('pauses ever longer, up to five seconds, and never twice alike', () => {
  const longestMs = [250, 500, 1000, 2000, 4000, 5000, 5000];
  for (const [failures, longest] of [...longestMs.entries(), [1000, 5000] as const]) {
    const pauses = Array.from({ length: 100 }, () => pauseMs(failures));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(longest);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(longest / 2);
    expect(new Set(pauses).size).toBeGreaterThan(90);
  }
});

it('ends when it is told to, also while it pauses', async () => {
  const stop = new AbortController();
  const { attempt, tried } = failing(100);
  const done = tryUntilItWorks(attempt, () => setImmediate(() => stop.abort()), stop.signal);
  await expect(done).rejects.toThrow('aborted');
  expect(tried()).toBe(1);
});

it('ends with the error that its listener does not let pass', async () => {
  const { attempt } = failing(1);
  const rethrow = (error: unknown): never => {
    throw error;
  };
  await expect(tryUntilItWorks(attempt, rethrow)).rejects.toThrow('not yet');
});

it('says why in one line', () => {
  expect(reasonOf(new Error('two\n  lines'))).toBe('two lines');
  expect(reasonOf(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
  expect(reasonOf('a secret')).toBe('string');
});
