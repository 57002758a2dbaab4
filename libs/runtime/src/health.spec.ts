import { jest } from '@jest/globals';
import { readiness } from './health.js';

it('is ready when every check passes', async () => {
  const checks = { bus: () => Promise.resolve(), database: () => Promise.resolve(1) };
  expect(await readiness(checks)).toEqual({ ready: true, checks: { bus: 'up', database: 'up' } });
});

it('is not ready when one fails, and says which and why', async () => {
  const checks = {
    bus: () => Promise.resolve(),
    database: () => Promise.reject(new Error('connection refused')),
    running: () => {
      throw new Error('is stopping');
    },
  };
  expect(await readiness(checks)).toEqual({
    ready: false,
    checks: { bus: 'up', database: 'connection refused', running: 'is stopping' },
  });
});

it('does not wait for ever for a check', async () => {
  jest.useFakeTimers();
  const answer = readiness({ bus: () => new Promise(() => undefined) });
  await jest.advanceTimersByTimeAsync(2_000);
  jest.useRealTimers();
  expect(await answer).toEqual({ ready: false, checks: { bus: 'no answer within 2000 ms' } });
});
