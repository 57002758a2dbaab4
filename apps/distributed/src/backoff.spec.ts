import { backoffMs } from './backoff.js';

describe('the wait before a restart', () => {
  it('begins with a second, doubles with each death in a row and ends at 15 seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 100].map(backoffMs)).toEqual([
      1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000,
    ]);
  });
});
