import { createSecretKey, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyBytes, open, seal, sealWithNonce } from './envelope.js';

interface Vector {
  tcId: number;
  comment: string;
  key: string;
  iv: string;
  aad: string;
  msg: string;
  ct: string;
  tag: string;
  result: 'valid' | 'invalid';
}

/** Project Wycheproof's, Apache-2.0: the file says from where. */
const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../testing/wycheproof-aes-gcm.json'), 'utf8'),
) as { tests: Vector[] };
const of = (result: Vector['result']): Vector[] => vectors.tests.filter((test) => test.result === result);
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const sealedOf = ({ iv, ct, tag }: Vector): Buffer => bytes(iv + ct + tag);

describe('the published vectors', () => {
  it('are all there', () => {
    expect([of('valid').length, of('invalid').length]).toEqual([39, 27]);
  });

  it.each(of('valid'))('hold for sealing: $tcId $comment', (vector) => {
    const { key, msg, aad, iv } = vector;
    expect(sealWithNonce(bytes(key), bytes(msg), bytes(aad), bytes(iv))).toEqual(sealedOf(vector));
  });

  it.each(of('valid'))('hold for opening: $tcId $comment', (vector) => {
    expect(open(bytes(vector.key), sealedOf(vector), bytes(vector.aad))).toEqual(bytes(vector.msg));
  });

  it.each(of('invalid'))('are refused: $tcId $comment', (vector) => {
    expect(() => open(bytes(vector.key), sealedOf(vector), bytes(vector.aad))).toThrow();
  });
});

describe('an envelope', () => {
  const key = randomBytes(keyBytes);
  const aad = Buffer.from('aad');

  it('has a nonce of its own each time, and opens to what was sealed', () => {
    const plain = Buffer.from('a secret');
    const sealed = Array.from({ length: 1_000 }, () => seal(key, plain, aad));
    expect(new Set(sealed.map((each) => each.toString('hex', 0, 12))).size).toBe(1_000);
    expect(sealed.every((each) => open(key, each, aad).equals(plain))).toBe(true);
    expect(sealed[0]).toHaveLength(12 + plain.length + 16);
  });

  it('opens with a KeyObject of the same key', () => {
    const object = createSecretKey(key);
    expect(open(key, seal(object, Buffer.from('a'), aad), aad)).toEqual(Buffer.from('a'));
    expect(open(object, seal(key, Buffer.alloc(0), aad), aad)).toEqual(Buffer.alloc(0));
  });

  it('does not open with any bit of it changed, nor shortened or lengthened', () => {
    const sealed = seal(key, Buffer.from('secret'), aad);
    const changed = Array.from({ length: sealed.length * 8 }, (_, bit) => {
      const copy = Buffer.from(sealed);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      return copy;
    });
    const cut = Array.from(sealed, (_, length) => sealed.subarray(0, length));
    const opened = [...changed, ...cut, Buffer.concat([sealed, Buffer.alloc(1)])].filter((each) => {
      try {
        return open(key, each, aad);
      } catch {
        return false;
      }
    });
    expect(opened).toEqual([]);
  });

  it('does not open with another key or other additional data', () => {
    const sealed = seal(key, Buffer.from('secret'), aad);
    expect(() => open(randomBytes(keyBytes), sealed, aad)).toThrow();
    expect(() => open(key, sealed, Buffer.from('aae'))).toThrow();
    expect(() => open(key, sealed, Buffer.alloc(0))).toThrow();
  });

  it('takes no key of another length', () => {
    expect(() => seal(randomBytes(16), Buffer.from('a'), aad)).toThrow();
  });
});
