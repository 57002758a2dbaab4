import { discoveredAt, vendorAt } from '../../testing/token-room.js';
import { TokenEndpointError } from './token-endpoint-error.js';
import { tokenAnswerOf, type TokenAnswer } from './token-answer.js';

const origin = 'https://login.example.com';
const server = discoveredAt(origin);
const json = (body: unknown, status = 200): { status: number; text: string } => ({
  status,
  text: JSON.stringify(body),
});
const read = (body: unknown): TokenAnswer => tokenAnswerOf(server, json(body), []);
const bare = { access_token: 'at', token_type: 'Bearer' };

/** What the answer was refused with. */
function refusal(answer: { status: number; text: string }, at = server, secrets: string[] = []): object {
  try {
    return tokenAnswerOf(at, answer, secrets);
  } catch (error) {
    const { kind, message } = error as TokenEndpointError;
    expect(error).toBeInstanceOf(TokenEndpointError);
    return { kind, message };
  }
}

it('reads what RFC 6749 has, and nothing else', () => {
  const answer = { ...bare, refresh_token: 'rt', expires_in: 3600, scope: 'a b' };
  expect(read({ ...answer, id_token: 'x', user: {} })).toEqual(answer);
});

it('reads a form, as some answer whatever was asked for', () => {
  const text = 'access_token=gho_1&scope=repo%2Cuser&token_type=bearer';
  expect(tokenAnswerOf(server, { status: 200, text }, [])).toEqual({
    ...bare,
    access_token: 'gho_1',
    scope: 'repo user',
  });
});

it.each([
  [3600, 3600],
  ['3600', 3600],
  [59.9, 59],
  ['3599.5', 3599],
])('takes %j for %d seconds', (expires_in, seconds) => {
  expect(read({ ...bare, expires_in })).toEqual({ ...bare, expires_in: seconds });
});

it.each([undefined, null, 0, -1, 1e300, 2 ** 31, '', 'soon', '0x10', '-5', '1e3', true, [], {}])(
  'takes %j for no time at all',
  (expires_in) => {
    expect(read({ ...bare, expires_in })).toEqual(bare);
  },
);

it.each([
  ['a b', 'a b'],
  ['a,b', 'a b'],
  ['a, b  a', 'a b'],
  [['a', 'b', 1], 'a b'],
  ['', ''],
  ['a "b\u0000', 'a'],
  ['x'.repeat(300), ''],
])('reads the scopes of %j', (scope, names) => {
  expect(read({ ...bare, scope })).toEqual({ ...bare, scope: names });
});

it('keeps a hundred scopes at most', () => {
  const scope = Array.from({ length: 200 }, (_, index) => `s${index}`).join(' ');
  expect(read({ ...bare, scope }).scope?.split(' ')).toHaveLength(100);
});

it.each([null, undefined])('takes refresh_token %j for none', (refresh_token) => {
  expect(read({ ...bare, refresh_token })).toEqual(bare);
});

it.each([
  ['none', {}],
  ['an empty one', { access_token: '' }],
  ['one that is no string', { access_token: 1 }],
  ['one that is too long', { access_token: 'a'.repeat(32_769) }],
  ['one that would break a header', { access_token: 'a\r\nb' }],
  ['one within another answer', { authed_user: { access_token: 'a' } }],
  ['no object', null],
])('refuses an answer with an access token that is %s', (_what, body) => {
  expect(refusal(json(body))).toEqual({
    kind: 'refused',
    message: 'login.example.com answered without an error, but with no access token that could be used',
  });
});

it.each(['', 5, 'a b', 'a'.repeat(32_769)])('refuses the refresh token %j', (refresh_token) => {
  expect(refusal(json({ ...bare, refresh_token }))).toMatchObject({ kind: 'refused' });
});

it.each([undefined, 'bearer', 'BEARER'])('takes the token type %j for Bearer', (token_type) => {
  expect(read({ ...bare, token_type })).toEqual(bare);
});

it.each(['DPoP', 'mac', '', 1])(
  'refuses a token of type %j, which would be sent as what it is not',
  (token_type) => {
    expect(refusal(json({ ...bare, token_type }))).toEqual({
      kind: 'refused',
      message: 'login.example.com answered without an error, but with a token of a type other than Bearer',
    });
  },
);

it('takes what a vendor calls the type of its tokens', () => {
  const answer = json({ ...bare, token_type: 'bot' });
  expect(tokenAnswerOf(vendorAt(origin, 'slack'), answer, [])).toEqual(bare);
});

it('refuses a page for people', () => {
  expect(refusal({ status: 200, text: '<h1>Sign in</h1>' })).toMatchObject({ kind: 'refused' });
});

it.each([
  [400, { error: 'invalid_grant' }, 'invalid_grant'],
  [200, { error: 'invalid_grant' }, 'invalid_grant'],
  [401, { error: 'invalid_client' }, 'refused'],
  [400, { error: 'unauthorized_client' }, 'refused'],
  [400, { error: { message: 'no' } }, 'refused'],
  [400, 'bad', 'refused'],
  [404, null, 'refused'],
  [200, { ok: false }, 'refused'],
  [408, {}, 'unreachable'],
  [429, { error: 'invalid_grant' }, 'unreachable'],
  [500, { error: 'invalid_grant' }, 'unreachable'],
  [503, {}, 'unreachable'],
  [400, { error: 'temporarily_unavailable' }, 'unreachable'],
  [400, { error: 'server_error' }, 'unreachable'],
])('takes %d with %j for %s', (status, body, kind) => {
  expect(refusal(json(body, status))).toMatchObject({ kind });
});

it.each([
  [{ error: 'invalid_grant', error_description: 'Token revoked.' }, ', invalid_grant: Token revoked.'],
  [{ error: 'invalid_grant' }, ', invalid_grant'],
  [{ status: 'BAD_REFRESH_TOKEN', message: 'missing' }, ', BAD_REFRESH_TOKEN: missing'],
  [{ reason: 'Invalid Token!', error: 'invalid_request' }, ', invalid_request: Invalid Token!'],
  [{ code: 'validation_error', message: 'no code' }, ', validation_error: no code'],
  [{}, ''],
])('tells what %j says', (body, words) => {
  expect(refusal(json(body, 400))).toMatchObject({ message: `login.example.com answered HTTP 400${words}` });
});

it('repeats no secret of the request, and nothing that looks like one', () => {
  const error_description = `code c0de of client s3cret, ${'x'.repeat(40)}`;
  const refused = refusal(json({ error: 'invalid_grant', error_description }, 400), server, [
    'c0de',
    's3cret',
  ]);
  expect(refused).toEqual({
    kind: 'invalid_grant',
    message: 'login.example.com answered HTTP 400, invalid_grant: code … of client …, …',
  });
});

describe('the words of a vendor', () => {
  it.each([
    ['github', { error: 'bad_verification_code' }, 'invalid_grant'],
    ['github', { error: 'bad_refresh_token' }, 'invalid_grant'],
    ['github', { error: 'incorrect_client_credentials' }, 'refused'],
    ['slack', { ok: false, error: 'invalid_code' }, 'invalid_grant'],
    ['slack', { ok: false, error: 'invalid_refresh_token' }, 'invalid_grant'],
    ['slack-user', { ok: false, error: 'token_revoked' }, 'invalid_grant'],
    ['slack', { ok: false, error: 'bad_client_secret' }, 'refused'],
    ['slack', { ok: false, error: 'internal_error' }, 'unreachable'],
    ['slack', { ok: false, error: 'ratelimited' }, 'unreachable'],
    ['atlassian', { error: 'unauthorized_client' }, 'invalid_grant'],
    ['atlassian', { error: 'access_denied' }, 'refused'],
    ['hubspot', { status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid' }, 'invalid_grant'],
    ['hubspot', { status: 'BAD_AUTH_CODE' }, 'invalid_grant'],
  ])('%s: %j is %s', (id, body, kind) => {
    const status = id === 'github' || id.startsWith('slack') ? 200 : 400;
    expect(refusal(json(body, status), vendorAt(origin, id))).toMatchObject({ kind });
  });
});
