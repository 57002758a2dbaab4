import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { openSecret, sealSecret, type SecretPlace } from './secret-cipher.js';
import { secretFields } from './secret.entity.js';

const key = randomBytes(32);

/** Of few letters, those of JSON among them, so that places that look alike when written in a row are common. */
const text = fc.string({ unit: fc.constantFrom('a', '1', ',', '"', '\\', '[', ':'), maxLength: 4 });
const place: fc.Arbitrary<SecretPlace> = fc.record({
  workspace_id: text,
  owner_id: text,
  field: fc.constantFrom(...secretFields),
  key_version: fc.integer({ min: 1, max: 12 }),
});

it('opens where it was sealed', () => {
  fc.assert(
    fc.property(place, fc.string({ unit: 'grapheme' }), (at, value) => {
      expect(openSecret(key, at, sealSecret(key, at, value))).toBe(value);
    }),
  );
});

it('opens in no other place', () => {
  fc.assert(
    fc.property(place, place, (from, to) => {
      fc.pre(JSON.stringify(from) !== JSON.stringify(to));
      const sealed = sealSecret(key, from, 'value');
      expect(() => openSecret(key, to, sealed)).toThrow();
    }),
    { numRuns: 1_000 },
  );
});
