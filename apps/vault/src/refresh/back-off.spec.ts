import { retryAt } from './back-off.js';

const now = new Date('2026-01-01T00:00:00.000Z');
const pauseMs = (failures: number, random: number): number =>
  retryAt(now, failures, random).getTime() - now.getTime();

it('doubles the pause with every failure, up to five minutes', () => {
  expect([0, 1, 2, 5, 6, 7, 5_000].map((failures) => pauseMs(failures, 0))).toEqual([
    5_000, 10_000, 20_000, 160_000, 300_000, 300_000, 300_000,
  ]);
});

it('shortens the pause at random, by a quarter at the most', () => {
  expect([0, 0.5, 0.8].map((random) => pauseMs(0, random))).toEqual([5_000, 4_375, 4_000]);
});
