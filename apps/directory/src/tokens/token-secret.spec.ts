import { hashOf, isLiveSecret, newSecret, prefixOf } from './token-secret.js';

it('makes secrets of 256 bits that say what they are for', () => {
  expect(newSecret('live')).toMatch(/^hws_live_[A-Za-z0-9_-]{43}$/);
  expect(newSecret('test')).toMatch(/^hws_test_[A-Za-z0-9_-]{43}$/);
  expect(newSecret('live')).not.toBe(newSecret('live'));
});

it('shows the kind and four characters', () => {
  expect(prefixOf(`hws_live_${'abcd'.repeat(10)}xyz`)).toBe('hws_live_abcd');
});

it('hashes with SHA-256, in hex', () => {
  expect(hashOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

it.each([
  [`hws_live_${'a'.repeat(43)}`, true],
  [`hws_test_${'a'.repeat(43)}`, false],
  [`hws_live_${'a'.repeat(42)}`, false],
  [`hws_live_${'a'.repeat(43)}\n`, false],
  [`hws_live_${'a'.repeat(42)}+`, false],
])('knows a live secret by its form: %j is one: %s', (text, is) => expect(isLiveSecret(text)).toBe(is));
