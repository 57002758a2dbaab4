import { ScriptedVendor } from '../../testing/scripted-vendor.js';
import { aClient, TokenRoom, vendorAt } from '../../testing/token-room.js';
import type { OAuthClient, OAuthServer, Tokens } from './oauth-server.js';

const redirectUri = 'https://hawser.example.com/api/v1/oauth/callback';
const client = aClient();
const basic = `Basic ${Buffer.from('client-1:client-secret-1').toString('base64')}`;
const byBody = { client_id: 'client-1', client_secret: 'client-secret-1' };
const ofCode = {
  grant_type: 'authorization_code',
  redirect_uri: redirectUri,
  code_verifier: 'verifier-1',
  code: 'code-1',
};
const ofRefresh = { grant_type: 'refresh_token', refresh_token: 'rt-1' };
const none = { refreshToken: null, expiresInS: null, scopes: null };

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

const at = (id: string): OAuthServer => vendorAt(vendor.url, id);

function exchange(id: string, body: unknown, as: OAuthClient = client): Promise<Tokens> {
  vendor.answer({ body });
  const request = { code: 'code-1', codeVerifier: 'verifier-1', redirectUri, resource: null };
  return room.tokens.exchange(at(id), as, request);
}
function refresh(id: string, body: unknown): Promise<Tokens> {
  vendor.answer({ body });
  return room.tokens.refresh(at(id), client, { refreshToken: 'rt-1', resource: null });
}
describe('the exchange of a code', () => {
  const bare = { access_token: 'at-1', token_type: 'bearer' };

  it.each([
    ['asana', '/-/oauth_token'],
    ['discord', '/api/oauth2/token'],
    ['dropbox', '/oauth2/token'],
    ['github', '/login/oauth/access_token'],
    ['gitlab', '/oauth/token'],
    ['google', '/token'],
    ['hubspot', '/oauth/2026-03/token'],
    ['linear', '/oauth/token'],
    ['microsoft', '/common/oauth2/v2.0/token'],
    ['sentry', '/oauth/token/'],
    ['slack', '/api/oauth.v2.access'],
    // The secret is a secret key of the platform.
    ['stripe', '/oauth/token'],
  ])('at %s is a form with id and secret', async (id, path) => {
    expect(await exchange(id, bare)).toEqual({ ...none, accessToken: 'at-1' });
    expect(vendor.asked).toEqual({ POST: path, form: { ...ofCode, ...byBody } });
  });

  it.each([
    ['cloudflare', '/oauth2/token'],
    ['figma', '/v1/oauth/token'],
    ['zoom', '/oauth/token'],
  ])('at %s is a form, with Basic authentication', async (id, path) => {
    await exchange(id, bare);
    expect(vendor.asked).toEqual({ POST: path, authorization: basic, form: ofCode });
  });

  it('at Atlassian is JSON with id and secret', async () => {
    await exchange('atlassian', bare);
    expect(vendor.asked).toEqual({ POST: '/oauth/token', json: { ...ofCode, ...byBody } });
  });

  it('at Notion is JSON with Basic authentication and a version; its tokens had no end for long', async () => {
    const answer = { ...bare, bot_id: 'b', workspace_id: 'w', owner: { workspace: true } };
    expect(await exchange('notion', answer)).toEqual({ ...none, accessToken: 'at-1' });
    expect(vendor.asked).toEqual({
      POST: '/v1/oauth/token',
      authorization: basic,
      version: '2026-03-11',
      json: ofCode,
    });
  });

  it('of a public client says its id and no secret', async () => {
    await exchange('dropbox', bare, aClient({ clientSecret: null }));
    expect(vendor.asked).toEqual({ POST: '/oauth2/token', form: { ...ofCode, client_id: 'client-1' } });
  });

  it("at Slack gives a bot's token, whatever the user's is", async () => {
    const answer = {
      ok: true,
      access_token: 'xoxb-1',
      token_type: 'bot',
      scope: 'channels:read,users:read',
      authed_user: { id: 'U1', scope: 'chat:write', access_token: 'xoxp-1', token_type: 'user' },
    };
    expect(await exchange('slack', answer)).toEqual({
      ...none,
      accessToken: 'xoxb-1',
      scopes: ['channels:read', 'users:read'],
    });
  });

  it("at Slack for a user gives the user's token, nested beside the bot's, renewable with token rotation", async () => {
    const nested = { access_token: 'xoxe.xoxp-1', refresh_token: 'xoxe-1', expires_in: 43_200, scope: 'a,b' };
    expect(await exchange('slack-user', { ok: true, access_token: 'xoxb-1', authed_user: nested })).toEqual({
      accessToken: 'xoxe.xoxp-1',
      refreshToken: 'xoxe-1',
      expiresInS: 43_200,
      scopes: ['a', 'b'],
    });
  });

  it("at Slack for a user is refused where only a bot's token came", async () => {
    await expect(exchange('slack-user', { ok: true, access_token: 'xoxb-1' })).rejects.toMatchObject({
      kind: 'refused',
    });
  });

  it.each([
    ['slack', { ok: false, error: 'invalid_code' }],
    ['github', { error: 'bad_verification_code', error_description: 'incorrect or expired' }],
    ['github', 'error=bad_verification_code&error_description=incorrect+or+expired'],
  ])('at %s may fail with status 200: %j', async (id, body) => {
    await expect(exchange(id, body)).rejects.toMatchObject({
      name: 'TokenEndpointError',
      kind: 'invalid_grant',
      message: expect.stringMatching(/answered HTTP 200, (invalid_code$|bad_verification_code: incorrect)/),
    });
  });

  it('at GitHub gives a token without an end and with scopes separated by commas', async () => {
    const answer = { access_token: 'gho_1', scope: 'repo,gist', token_type: 'bearer' };
    const tokens = { ...none, accessToken: 'gho_1', scopes: ['repo', 'gist'] };
    expect(await exchange('github', answer)).toEqual(tokens);
    expect(await exchange('github', new URLSearchParams(answer).toString())).toEqual(tokens);
  });

  it('at GitHub gives an app a token that ends, and one to renew it', async () => {
    const more = { refresh_token: 'ghr_1', expires_in: 28_800, refresh_token_expires_in: 15_811_200 };
    expect(await exchange('github', { access_token: 'ghu_1', scope: '', ...more })).toEqual({
      accessToken: 'ghu_1',
      refreshToken: 'ghr_1',
      expiresInS: 28_800,
      scopes: [],
    });
  });

  it('at Stripe gives a token without an end, beside the account that it is for', async () => {
    const answer = { ...bare, refresh_token: 'rt-1', stripe_user_id: 'acct_1', scope: 'read_only' };
    expect(await exchange('stripe', answer)).toEqual({
      accessToken: 'at-1',
      refreshToken: 'rt-1',
      expiresInS: null,
      scopes: ['read_only'],
    });
  });
});

it('asks for an answer in JSON', async () => {
  await exchange('github', { access_token: 'at-1' });
  expect(vendor.request.headers).toMatchObject({ accept: 'application/json', 'user-agent': 'hawser' });
});

describe('a refresh', () => {
  const renewed = { access_token: 'at-2', token_type: 'bearer', expires_in: 3_600 };

  it.each(['google', 'asana', 'dropbox', 'figma'])(
    'at %s answers no refresh token, so the old one stays',
    async (id) => {
      expect(await refresh(id, renewed)).toEqual({
        accessToken: 'at-2',
        refreshToken: 'rt-1',
        expiresInS: 3_600,
        scopes: null,
      });
    },
  );

  it.each(['atlassian', 'github', 'hubspot', 'linear', 'microsoft', 'notion', 'zoom'])(
    'at %s brings a new refresh token',
    async (id) => {
      expect(await refresh(id, { ...renewed, refresh_token: 'rt-2' })).toMatchObject({
        refreshToken: 'rt-2',
      });
    },
  );

  it.each([
    ['hubspot', { POST: '/oauth/2026-03/token', form: { ...ofRefresh, ...byBody } }],
    ['atlassian', { POST: '/oauth/token', json: { ...ofRefresh, ...byBody } }],
    ['zoom', { POST: '/oauth/token', authorization: basic, form: ofRefresh }],
    ['notion', { POST: '/v1/oauth/token', authorization: basic, version: '2026-03-11', json: ofRefresh }],
    // A place of its own.
    ['figma', { POST: '/v1/oauth/refresh', authorization: basic, form: ofRefresh }],
  ])('at %s is sent as the code was: %j', async (id, request) => {
    await refresh(id, renewed);
    expect(vendor.asked).toEqual(request);
  });

  it("at Slack for a user brings the user's token, and not nested any more", async () => {
    const answer = { ok: true, token_type: 'user', access_token: 'xoxp-2', refresh_token: 'xoxe-2' };
    expect(await refresh('slack-user', answer)).toMatchObject({
      accessToken: 'xoxp-2',
      refreshToken: 'xoxe-2',
    });
  });
});
