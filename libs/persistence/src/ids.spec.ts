import { fromUUID } from 'typeid-js';
import { madeAtMs, newId } from './ids.js';

it('knows when an id was made', () => {
  const before = Date.now();
  expect(madeAtMs(newId('evt'))).toBeGreaterThanOrEqual(before);
  expect(madeAtMs(newId('evt'))).toBeLessThanOrEqual(Date.now());
});

it('reads the time of the example of RFC 9562', () => {
  const id = fromUUID('017f22e2-79b0-7cc3-98c4-dc0c0c07398f', 'evt');
  expect(new Date(madeAtMs(id)).toISOString()).toBe('2022-02-22T19:22:22.000Z');
});
