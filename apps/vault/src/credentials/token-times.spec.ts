import { tokenTimes } from './token-times.js';

const now = new Date('2030-01-01T00:00:00.000Z');
const minute = 60;
const hour = 60 * minute;

/** In seconds after now. */
function secondsOf(expiresInS: number | null, random: number): (number | null)[] {
  const { expires_at, stale_at, refresh_at } = tokenTimes(now, expiresInS, random);
  return [expires_at, stale_at, refresh_at].map((time) =>
    time === null ? null : (time.getTime() - now.getTime()) / 1000,
  );
}

it.each([
  ['an hour', hour, 0, [hour, 55 * minute, 55 * minute]],
  ['an hour, with jitter', hour, 0.5, [hour, 55 * minute, 52.5 * minute]],
  ['ten minutes, with all jitter', 10 * minute, 1, [10 * minute, 5 * minute, 2.5 * minute]],
  ['a minute', minute, 0, [minute, 30, 30]],
  ['a minute, with all jitter', minute, 1, [minute, 30, 15]],
  ['no time', 0, 0.5, [0, 0, 0]],
  ['less than no time', -hour, 0.5, [0, 0, 0]],
])('renews a token of %s in time', (_, expiresInS, random, times) => {
  expect(secondsOf(expiresInS, random)).toEqual(times);
});

it('never renews a token that never ends', () => {
  expect(secondsOf(null, 0.5)).toEqual([null, null, null]);
});

it('gives a token of an absurd life a date that the database can keep', () => {
  expect(tokenTimes(now, Number.MAX_SAFE_INTEGER, 0).expires_at).toEqual(
    new Date('2039-12-30T00:00:00.000Z'),
  );
});
