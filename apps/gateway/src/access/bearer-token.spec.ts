import { bearerToken, challengeOf, isJwt } from './bearer-token.js';

const request = (authorization?: string): { headers: { authorization?: string } } => ({
  headers: authorization === undefined ? {} : { authorization },
});

it.each([
  ['Bearer abc', 'abc'],
  ['bearer  a.b-c_d~e+f/g= ', 'a.b-c_d~e+f/g='],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  ['Bearer a,b', undefined],
  [undefined, undefined],
])('reads of the header %j the token %j', (header, token) => {
  expect(bearerToken(request(header))).toBe(token);
});

it.each([
  ['eyJh.eyJp.c2ln', true],
  ['eyJh.eyJp.', true],
  [`hws_live_${'x'.repeat(43)}`, false],
  ['a.b', false],
  ['a.b.c.d.e', false],
  ['a..c', false],
  ['a+.b.c', false],
])('takes %s for a JWT: %s', (token, expected) => {
  expect(isJwt(token)).toBe(expected);
});

it('challenges with an error only whoever sent a token', () => {
  expect(challengeOf(request())).toBe('Bearer realm="hawser"');
  expect(challengeOf(request('Basic abc'))).toBe('Bearer realm="hawser"');
  expect(challengeOf(request('Bearer abc'))).toBe('Bearer realm="hawser", error="invalid_token"');
});
