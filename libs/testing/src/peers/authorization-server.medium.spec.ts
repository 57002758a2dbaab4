import { eventually } from '../eventually.js';
import { startProtectedServer } from '../index.js';
import {
  startAuthorizationServer,
  type AuthorizationOptions,
  type AuthorizationServer,
} from './authorization-server.js';

const s256 = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const stopping: (() => Promise<void>)[] = [];

async function started(options?: AuthorizationOptions): Promise<AuthorizationServer> {
  const server = await startAuthorizationServer(options);
  stopping.push(() => server.stop());
  return server;
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function post(
  url: string,
  { client }: AuthorizationServer,
  fields: Record<string, string>,
  signal?: AbortSignal,
): Promise<Answer> {
  const authorization = `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`;
  const body = new URLSearchParams(fields);
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization },
    body,
    signal: signal ?? null,
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
}

function refresh(server: AuthorizationServer, token: unknown, signal?: AbortSignal): Promise<Answer> {
  const fields = { grant_type: 'refresh_token', refresh_token: String(token) };
  return post(server.tokenUrl, server, fields, signal);
}

function authorizationUrl(server: AuthorizationServer, fields: Record<string, string>): string {
  const { clientId, redirectUri } = server.client;
  const request = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'mcp:read',
  };
  return `${server.authorizationUrl}?${new URLSearchParams({ ...request, state: 'from-us', ...fields }).toString()}`;
}

describe('the authorization server of tests', () => {
  afterEach(async () => {
    await Promise.all(stopping.splice(0).map((stop) => stop()));
  });

  it.each(['', '/tenant'])('describes itself as RFC 8414 wants it, with the path %j', async (path) => {
    const server = await started({ path });
    const { origin } = new URL(server.issuer);
    const response = await fetch(`${origin}/.well-known/oauth-authorization-server${path}`);
    expect(await response.json()).toMatchObject({
      issuer: `${origin}${path}`,
      authorization_endpoint: server.authorizationUrl,
      token_endpoint: server.tokenUrl,
      revocation_endpoint: server.revocationUrl,
      registration_endpoint: `${origin}${path}/reg`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    });
    expect(await server.signIn('https://mcp.example.com/mcp')).toMatchObject({ expires_in: 600 });
  });

  it('sends the browser back with code, state and iss, or with the reason why not', async () => {
    const server = await started();
    const agreed = await server.walk(authorizationUrl(server, s256));
    expect(`${agreed.origin}${agreed.pathname}`).toBe(server.client.redirectUri);
    expect(Object.fromEntries(agreed.searchParams)).toEqual({
      code: expect.any(String) as unknown,
      state: 'from-us',
      iss: server.issuer,
    });
    const declined = await server.walk(authorizationUrl(server, s256), { consent: false });
    expect(declined.searchParams.get('error')).toBe('access_denied');
    const unproven = await server.walk(authorizationUrl(server, {}));
    expect(unproven.searchParams.get('error')).toBe('invalid_request');
  });

  it('registers clients, and takes only the redirect that they registered', async () => {
    const server = await started();
    const redirectUri = 'http://127.0.0.1:9/api/v1/oauth/callback';
    const response = await fetch(`${server.issuer}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
    });
    const { client_id } = (await response.json()) as { client_id: string };
    const client = { ...s256, client_id };
    const callback = await server.walk(authorizationUrl(server, { ...client, redirect_uri: redirectUri }));
    expect(callback.href).toMatch(`${redirectUri}?code=`);
    await expect(server.walk(authorizationUrl(server, client))).rejects.toThrow('answered 400');
  });

  it('rotates refresh tokens, revokes the grant when one is used twice, and counts', async () => {
    const server = await started();
    const first = await server.signIn();
    const second = await refresh(server, first.refresh_token);
    expect(second).toMatchObject({ status: 200, body: { expires_in: 600, scope: first.scope } });
    expect(await server.accepts(String(second.body.access_token))).toBe(true);
    const refused = { status: 400, body: { error: 'invalid_grant' } };
    expect(await refresh(server, first.refresh_token)).toMatchObject(refused);
    expect(await refresh(server, second.body.refresh_token)).toMatchObject(refused);
    expect(await server.accepts(String(second.body.access_token))).toBe(false);
    expect(server.tokenRequests).toEqual({ authorization_code: 1, refresh_token: 3 });
    expect(server.tokenErrors).toEqual({ invalid_grant: 2 });
  });

  it('lets one of those who use a refresh token at the same time have it, and nobody from then on', async () => {
    const server = await started();
    const { refresh_token } = await server.signIn();
    const all = await Promise.all(Array.from({ length: 10 }, () => refresh(server, refresh_token)));
    const winners = all.filter(({ status }) => status === 200);
    expect(winners.length).toBeLessThanOrEqual(1);
    for (const { body } of winners)
      expect(await refresh(server, body.refresh_token)).toMatchObject({ body: { error: 'invalid_grant' } });
  });

  it('revokes tokens, and all grants at once', async () => {
    const server = await started();
    const [first, second] = [await server.signIn(), await server.signIn()];
    const revoked = await post(server.revocationUrl, server, { token: first.refresh_token });
    expect(revoked.status).toBe(200);
    expect(await refresh(server, first.refresh_token)).toMatchObject({ body: { error: 'invalid_grant' } });
    server.revokeAll();
    expect(await refresh(server, second.refresh_token)).toMatchObject({ body: { error: 'invalid_grant' } });
  });

  it('hangs before its work, so that the token is still good, or behind it, so that it is spent', async () => {
    const server = await started();
    const { refresh_token } = await server.signIn();
    const hung = async (token: unknown): Promise<void> => {
      const asking = expect(refresh(server, token)).rejects.toThrow('fetch failed');
      while (server.hanging() === 0) await new Promise(setImmediate);
      server.release();
      await asking;
    };
    server.hang();
    await hung(refresh_token);
    const renewed = await refresh(server, refresh_token);
    expect(renewed.status).toBe(200);
    server.hang('after');
    await hung(renewed.body.refresh_token);
    const spent = await refresh(server, renewed.body.refresh_token);
    expect(spent).toMatchObject({ body: { error: 'invalid_grant' } });
  });

  it('stands by its access tokens to the protected server that names it, until they have expired', async () => {
    const server = await started({ accessTokenSeconds: 1 });
    const peer = await startProtectedServer({ authorizationServer: server });
    stopping.push(() => peer.stop());
    const resource = (await (await fetch(peer.resourceMetadataUrl)).json()) as object;
    expect(resource).toMatchObject({ authorization_servers: [server.issuer] });
    const statusWith = async (token: string): Promise<number> =>
      (await fetch(peer.url, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status;
    // Once more, where a token has expired on the way.
    const token = await eventually(async () => {
      const { access_token } = await server.signIn(peer.url);
      return (await statusWith(access_token)) === 415 ? access_token : undefined;
    });
    expect(await statusWith('invented')).toBe(401);
    await eventually(async () => (await statusWith(token)) === 401);

    server.setLatency(50);
    const lasting = await server.signIn(peer.url);
    server.expireAll();
    expect(await statusWith(lasting.access_token)).toBe(401);
  });
});
