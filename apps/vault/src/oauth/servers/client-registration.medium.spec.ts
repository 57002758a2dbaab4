import { ScriptedVendor, type ScriptedAnswer } from '../../testing/scripted-vendor.js';
import { discoveredAt, TokenRoom } from '../../testing/token-room.js';
import { documentClient } from './client-registration.js';
import type { RegisteredClient } from './oauth-clients.js';
import type { OAuthServer } from './oauth-server.js';

const publicUrl = 'https://hawser.example.com';
const redirectUri = `${publicUrl}/api/v1/oauth/callback`;

let room: TokenRoom;
let vendor: ScriptedVendor;
beforeEach(async () => {
  room = new TokenRoom();
  vendor = await ScriptedVendor.start();
});
afterEach(async () => {
  await room.close();
  await vendor.stop();
});

function register(
  answer: ScriptedAnswer,
  changes: Partial<OAuthServer> = {},
  at = redirectUri,
): Promise<RegisteredClient> {
  vendor.answer({ status: 201, ...answer });
  const server = discoveredAt(vendor.url, changes);
  return room.registration.register(server, at);
}
const registered = (changes: object = {}): ScriptedAnswer => ({
  body: { client_id: 'c-1', client_id_issued_at: 1, redirect_uris: [redirectUri], ...changes },
});

it('says who Hawser is, and what it needs', async () => {
  const methods = { token_auth_methods: ['client_secret_post', 'none'] };
  expect(await register(registered({ token_endpoint_auth_method: 'none' }), methods)).toEqual({
    clientId: 'c-1',
    clientSecret: null,
    tokenAuthMethod: 'none',
    redirectUri,
    source: 'registered',
    secretExpiresAt: null,
  });
  expect(vendor.asked).toEqual({
    POST: '/register',
    json: {
      client_name: 'Hawser',
      redirect_uris: [redirectUri],
      application_type: 'web',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  });
});

it.each(['http://127.0.0.1:8080/callback', 'http://[::1]:8080/cb', 'http://localhost/cb'])(
  'is native where the browser comes back to %s',
  async (at) => {
    await register(registered({ token_endpoint_auth_method: 'none' }), {}, at);
    expect(vendor.asked).toMatchObject({ json: { application_type: 'native', redirect_uris: [at] } });
  },
);

it.each([
  [['none', 'client_secret_basic', 'client_secret_post'], 'none'],
  [['client_secret_post', 'client_secret_basic'], 'client_secret_basic'],
  [['client_secret_post', 'private_key_jwt'], 'client_secret_post'],
  [[], 'client_secret_basic'],
  [['private_key_jwt'], 'client_secret_basic'],
])('of the ways %j asks for %s', async (token_auth_methods, method) => {
  const { tokenAuthMethod } = await register(registered({ client_secret: 's' }), { token_auth_methods });
  expect(vendor.asked).toMatchObject({ json: { token_endpoint_auth_method: method } });
  expect(tokenAuthMethod).toBe(method);
});

it('keeps to the way that the server decided on', async () => {
  const answer = { client_secret: 's3cret', token_endpoint_auth_method: 'client_secret_post' };
  expect(await register(registered(answer), { token_auth_methods: ['none'] })).toMatchObject({
    clientSecret: 's3cret',
    tokenAuthMethod: 'client_secret_post',
  });
});

it.each([
  [1_900_000_000, new Date('2030-03-17T17:46:40Z')],
  [0, null],
  [1e15, null],
  [undefined, null],
])('takes client_secret_expires_at %j for %j', async (client_secret_expires_at, secretExpiresAt) => {
  const answer = registered({ client_secret: 's', client_secret_expires_at });
  expect(await register(answer)).toMatchObject({ secretExpiresAt });
});

it.each([
  ['a way that Hawser does not know', { token_endpoint_auth_method: 'private_key_jwt', client_secret: 's' }],
  ['no secret where one is needed', { token_endpoint_auth_method: 'client_secret_post' }],
  ['no id', { client_id: undefined }],
  ['an id that breaks a header', { client_id: 'a\r\nb' }],
  ['an id without an end', { client_id: 'a'.repeat(2_000) }],
])('refuses %s', async (_what, changes) => {
  await expect(register(registered(changes))).rejects.toMatchObject({
    name: 'TokenEndpointError',
    kind: 'refused',
    message: 'login.example.com answered with a client that cannot be used',
  });
});

it.each([
  [{ status: 400, body: { error: 'invalid_redirect_uri' } }, 'refused', /HTTP 400, invalid_redirect_uri$/],
  [{ status: 403, body: 'closed' }, 'refused', /HTTP 403$/],
  [{ status: 503, body: '' }, 'unreachable', /HTTP 503$/],
  [{ status: 201, body: 'welcome' }, 'refused', /a client that cannot be used$/],
  [{ status: 307, headers: { location: 'http://127.0.0.1:9/' } }, 'refused', /with a redirect/],
])('tells of %j', async (answer, kind, message) => {
  await expect(register(answer)).rejects.toMatchObject({ kind, message: expect.stringMatching(message) });
});

it('needs a place to register at', async () => {
  await expect(register(registered(), { registration_url: null })).rejects.toMatchObject({ kind: 'refused' });
  expect(vendor.requests).toEqual([]);
});

describe("Hawser's client metadata document", () => {
  const server = discoveredAt('https://a.example', { takes_client_documents: true });

  it('is a client without a registration', () => {
    expect(documentClient(server, publicUrl, redirectUri)).toEqual({
      clientId: 'https://hawser.example.com/api/v1/oauth/client-metadata.json',
      clientSecret: null,
      tokenAuthMethod: 'none',
      redirectUri,
      source: 'document',
      secretExpiresAt: null,
    });
  });

  it.each([
    ['the server takes none', { ...server, takes_client_documents: false }, publicUrl],
    ['it is not served over https', server, 'http://hawser.example.com'],
    ['nobody else reaches it', server, 'https://localhost:8443'],
    ['nobody else reaches it', server, 'https://127.0.0.1'],
    ['nobody else reaches it', server, 'https://[::1]'],
  ])('is none where %s', (_why, at, url) => {
    expect(documentClient(at, url, `${url}/api/v1/oauth/callback`)).toBeNull();
  });

  it('is none for a redirect URI that it does not name', () => {
    expect(documentClient(server, publicUrl, 'http://127.0.0.1:9/callback')).toBeNull();
  });
});
