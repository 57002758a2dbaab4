import { speakable } from './speakable.js';

it('leaves a sentence as it is', () => {
  const text = 'redirect_uri_mismatch: The redirect_uri MUST match the registered callback URL.';
  expect(speakable(text, ['secret'])).toBe(text);
});

it.each([
  ['as it is', 'code 4/abc+d= is used', 'code … is used'],
  ['as in a URL', 'code 4%2Fabc%2Bd%3D is used', 'code … is used'],
  ['in Base64', 'code NC9hYmMrZD0 is used', 'code … is used'],
  ['in hexadecimal', 'code 342f6162632b643d is used', 'code … is used'],
  ['character by character', `it was ${'%34%2f'.repeat(6)}`, 'it was …'],
  ['twice', '4/abc+d= and 4/abc+d=', '… and …'],
])('hides a secret of the request, %s', (_how, text, shown) => {
  expect(speakable(text, ['4/abc+d=', ''])).toBe(shown);
});

it('hides the longer of two secrets that begin alike', () => {
  expect(speakable('it was abcdef', ['abc', 'abcdef'])).toBe('it was …');
});

it('hides what looks like a secret, even half of one', () => {
  expect(speakable(`token ${'aB3_'.repeat(8)} is bad`, [])).toBe('token … is bad');
  expect(speakable(`token ${'aB3_'.repeat(8).slice(1)} is bad`, [])).toContain('aB3_');
});

it.each([
  ['line ends and tabs', 'a\r\nb\tc', 'a b c'],
  ['terminal codes', 'a\u001b[31mb', 'a [31mb'],
  ['marks that turn the direction of text', 'a\u202eb', 'a b'],
  ['half a surrogate pair', 'a\ud800b', 'a b'],
])('takes %s out', (_what, text, shown) => {
  expect(speakable(text, [])).toBe(shown);
});

it('is at most 200 characters long', () => {
  expect(speakable('word '.repeat(100), [])).toHaveLength(201);
  const odd = speakable(`x${'😀'.repeat(200)}`, []);
  expect([odd.length, odd.isWellFormed()]).toEqual([201, true]);
});
