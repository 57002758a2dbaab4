import { randomBytes } from 'node:crypto';
import { parseMasterKeys } from './master-key-list.js';

const key = (): string => randomBytes(32).toString('base64');

it('reads the keys by their ids, in the order given', () => {
  const [newer, older] = [key(), key()];
  const keys = parseMasterKeys(`k-2:${newer}, k_1:${older}`);
  expect([...keys]).toEqual([
    ['k-2', Buffer.from(newer, 'base64')],
    ['k_1', Buffer.from(older, 'base64')],
  ]);
});

const good = key();

it.each([
  ['no key at all', '', 'must be id:key pairs separated by commas, which entry 1 is not'],
  ['a key without an id', good, 'must be id:key pairs separated by commas, which entry 1 is not'],
  ['a comma too many', `k1:${good},`, 'must be id:key pairs separated by commas, which entry 2 is not'],
  ['an empty id', `:${good}`, 'must have ids of 1 to 32 characters of A-Z a-z 0-9 _ -, unlike entry 1'],
  ['a key for an id', `${good}:k1`, 'must have ids of 1 to 32 characters of A-Z a-z 0-9 _ -, unlike entry 1'],
  [
    'a key in base64url for an id',
    `k1:${good},${randomBytes(32).toString('base64url')}:k2`,
    'must have ids of 1 to 32 characters of A-Z a-z 0-9 _ -, unlike entry 2',
  ],
  ['an id twice', `k1:${good},k2:${key()},k1:${key()}`, 'must have each id once, and "k1" is there twice'],
  ['no base64', `k1:${good.slice(0, -2)}!=`, 'must have keys in base64, which that of "k1" is not'],
  [
    'base64 without its padding',
    `k1:${good.slice(0, -1)}`,
    'must have keys in base64, which that of "k1" is not',
  ],
  ['an empty key', 'k1:', 'must have keys in base64, which that of "k1" is not'],
  [
    'a short key',
    `k1:${good},k2:${randomBytes(16).toString('base64')}`,
    'must have keys of 32 bytes, and that of "k2" has 16',
  ],
  [
    'a long key',
    `k1:${randomBytes(33).toString('base64')}`,
    'must have keys of 32 bytes, and that of "k1" has 33',
  ],
  [
    'a key of equal bytes',
    `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    'must have random keys, unlike that of "k1", whose bytes are all the same: openssl rand -base64 32 makes one',
  ],
])('refuses %s', (_, text, complaint) => {
  expect(() => parseMasterKeys(text)).toThrow(new Error(complaint));
});
