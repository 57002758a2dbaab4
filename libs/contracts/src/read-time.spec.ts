import { readTime } from './read-time.js';

it.each([
  ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
  ['2026-11-21T10:00:00.5+02:00', '2026-11-21T08:00:00.500Z'],
  ['2026-11-21T10:00:00', '2026-11-21T10:00:00.000Z'],
  ['2026-11-21T10:00', '2026-11-21T10:00:00.000Z'],
  ['2026-11-21', '2026-11-21T00:00:00.000Z'],
])('reads %s as %s, wherever the server stands', (text, time) => {
  expect(readTime('since', text)?.toISOString()).toBe(time);
});

it('reads nothing as nothing', () => {
  expect(readTime('since', undefined)).toBeNull();
  expect(readTime('since', null)).toBeNull();
});

it('refuses what is no point in time', () => {
  expect(() => readTime('since', '2026-W47')).toThrow('since must be a date and time');
});
