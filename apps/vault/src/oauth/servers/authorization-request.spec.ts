import { aClient, TokenRoom, vendorAt } from '../../testing/token-room.js';

const redirectUri = 'https://hawser.example.com/api/v1/oauth/callback';
const client = aClient();
const room = new TokenRoom();
afterAll(() => room.close());

async function authorizationParams(id: string, scopes?: string[]): Promise<Record<string, string>> {
  const server = vendorAt('https://vendor.example.com', id);
  const request = { state: 'state-1', codeChallenge: 'challenge-1', redirectUri, resource: null };
  const url = await room.tokens.authorizationUrl(server, client, {
    ...request,
    scopes: scopes ?? server.scopes,
  });
  expect(url.startsWith(`${server.authorization_url}?`)).toBe(true);
  const { response_type, client_id, redirect_uri, state, code_challenge, code_challenge_method, ...own } =
    Object.fromEntries(new URL(url).searchParams);
  // Of every vendor, PKCE whether it documents it or not.
  expect({ response_type, client_id, redirect_uri, state, code_challenge, code_challenge_method }).toEqual({
    response_type: 'code',
    client_id: 'client-1',
    redirect_uri: redirectUri,
    state: 'state-1',
    code_challenge: 'challenge-1',
    code_challenge_method: 'S256',
  });
  return own;
}

describe('the authorization request', () => {
  it.each([
    ['google', { scope: 'openid email profile', access_type: 'offline', prompt: 'consent' }],
    ['slack', { scope: 'channels:read,users:read' }],
    ['slack-user', { user_scope: 'channels:read,users:read' }],
    ['github', { scope: 'read:user repo' }],
    ['microsoft', { scope: 'openid profile offline_access User.Read' }],
    ['linear', { scope: 'read' }],
    ['gitlab', { scope: 'read_user read_api' }],
    ['cloudflare', { scope: 'user-details.read offline_access' }],
    ['stripe', { scope: 'read_only' }],
    ['notion', { owner: 'user' }],
    ['atlassian', { scope: 'read:me offline_access', audience: 'api.atlassian.com', prompt: 'consent' }],
    ['hubspot', { scope: 'oauth' }],
    ['asana', { scope: 'default' }],
    ['dropbox', { scope: 'account_info.read', token_access_type: 'offline' }],
    ['zoom', { scope: 'user:read:user' }],
    ['discord', { scope: 'identify' }],
    ['figma', { scope: 'current_user:read file_content:read' }],
    ['sentry', { scope: 'org:read project:read' }],
  ])('of %s says what it wants besides: %j', async (id, own) => {
    expect(await authorizationParams(id)).toEqual(own);
  });

  it('separates the scopes that a flow asks for as the vendor wants it', async () => {
    expect(await authorizationParams('linear', ['read', 'write'])).toEqual({ scope: 'read,write' });
    expect(await authorizationParams('github', ['repo', 'gist'])).toEqual({ scope: 'repo gist' });
    expect(await authorizationParams('slack-user', ['a', 'b'])).toEqual({ user_scope: 'a,b' });
  });

  it('names no scopes where there are none', async () => {
    expect(await authorizationParams('slack', [])).toEqual({});
    expect(await authorizationParams('slack-user', [])).toEqual({});
  });

  it('of Microsoft is for users of any tenant', () => {
    expect(vendorAt('https://vendor.example.com', 'microsoft')).toMatchObject({
      authorization_url: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    });
  });
});
