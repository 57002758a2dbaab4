import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { ConfigError } from '@hawser/runtime';
import { KeyRing } from './key-ring.js';

const key = (): string => randomBytes(32).toString('base64');

it('wraps with the first key, and has the others', () => {
  const [newer, older] = [key(), key()];
  const ring = KeyRing.parse(`k2:${newer},k1:${older}`);
  expect(ring.activeId).toBe('k2');
  expect(ring.key('k1')?.export().toString('base64')).toBe(older);
  expect(ring.key('k0')).toBeUndefined();
});

it('shows no key to whatever prints it', () => {
  const secret = key();
  const ring = KeyRing.parse(`k1:${secret}`);
  const shown = inspect(ring, { depth: null, showHidden: true }) + JSON.stringify(ring);
  const bytes = Buffer.from(secret, 'base64');
  for (const form of [secret, bytes.toString('hex'), inspect(bytes).slice(8, 40), bytes.join(',')]) {
    expect(shown).not.toContain(form);
  }
});

it('refuses in one line, which has the name of the variable and no key', () => {
  const secret = randomBytes(16).toString('base64');
  const refused = (): KeyRing => KeyRing.parse(`k1:${secret}`);
  expect(refused).toThrow(
    new ConfigError('HAWSER_MASTER_KEYS must have keys of 32 bytes, and that of "k1" has 16'),
  );
});
