import { closedPort } from '@hawser/testing';
import { ScriptedVendor, type ScriptedAnswer } from '../../testing/scripted-vendor.js';
import { aClient, discoveredAt, TokenRoom, vendorAt } from '../../testing/token-room.js';
import type { OAuthServer, Tokens } from './oauth-server.js';
import { TokenEndpointError } from './token-endpoint-error.js';
import { maxAnswerBytes, upstreamMs } from './upstream.js';

const redirectUri = 'https://hawser.example.com/api/v1/oauth/callback';
const resource = 'https://mcp.example.com/mcp';

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

// Each way that leads out is bounded by itself.
const kinds: [string, (origin: string) => OAuthServer][] = [
  ['a provider that ships with Hawser', (origin) => vendorAt(origin, 'gitlab')],
  ['a discovered server', (origin) => discoveredAt(origin)],
];

describe.each(kinds)('%s', (_kind, serverAt) => {
  const client = aClient({ tokenAuthMethod: 'client_secret_post' });
  /** With the secrets of each, none of which may be in any error. */
  const calls: [string, string[], (server: OAuthServer) => Promise<Tokens>][] = [
    [
      'exchange',
      ['client-secret-1', 'code-1', 'verifier-1'],
      (server) =>
        room.tokens.exchange(server, client, {
          code: 'code-1',
          codeVerifier: 'verifier-1',
          redirectUri,
          resource,
        }),
    ],
    [
      'refresh',
      ['client-secret-1', 'rt-1'],
      (server) => room.tokens.refresh(server, client, { refreshToken: 'rt-1', resource }),
    ],
  ];

  describe.each(calls)('%s', (_call, secrets, call) => {
    async function failure(answer: ScriptedAnswer): Promise<TokenEndpointError> {
      vendor.answer(answer);
      const error: unknown = await call(serverAt(vendor.url)).catch((reason: unknown) => reason);
      if (!(error instanceof TokenEndpointError)) throw error;
      for (const secret of secrets) expect(error.message).not.toContain(secret);
      return error;
    }

    it.each([301, 302, 303, 307, 308])(
      'takes redirect %d for an error, and nothing arrives there',
      async (status) => {
        const other = await ScriptedVendor.start();
        const headers = { location: `${other.url}/token` };
        expect(await failure({ status, headers })).toMatchObject({
          kind: 'refused',
          message: expect.stringContaining('answered with a redirect, which is not followed with secrets'),
        });
        expect(vendor.requests).toHaveLength(1);
        expect(other.requests).toEqual([]);
        await other.stop();
      },
    );

    it('does not follow a redirect within the server either', async () => {
      expect(await failure({ status: 307, headers: { location: '/token2' } })).toMatchObject({
        kind: 'refused',
      });
      expect(vendor.requests).toHaveLength(1);
    });

    it('reads no answer that is too long', async () => {
      const body = JSON.stringify({ access_token: 'at-1', padding: 'x'.repeat(maxAnswerBytes) });
      expect(await failure({ body })).toMatchObject({
        kind: 'refused',
        message: expect.stringContaining(`longer than the ${maxAnswerBytes} bytes that are read`),
      });
    });

    it('goes to no address that is not allowed', async () => {
      const error = await call(serverAt('https://127.0.0.2:9')).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('127.0.0.2 is not allowed'),
      });
    });

    it('may find nobody there', async () => {
      const nobody = serverAt(await closedPort());
      const error = await call(nobody).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ kind: 'unreachable' });
    });

    it.each([
      [400, { error: 'invalid_grant', error_description: secrets.join(', ') }, 'invalid_grant'],
      [401, { error: 'invalid_client', error_description: `not ${secrets.join(', ')}` }, 'refused'],
      [403, { error: secrets.join('&') }, 'refused'],
      [403, secrets.join(), 'refused'],
      [200, { access_token: 7, error_description: secrets.join() }, 'refused'],
      [429, { message: secrets.join() }, 'unreachable'],
      [502, `<h1>Bad gateway: ${secrets.join()}</h1>`, 'unreachable'],
    ])('takes %d with %j for %s, and repeats no secret', async (status, body, kind) => {
      expect(await failure({ status, body })).toMatchObject({ kind });
    });
  });
});

it('gives up a server that says nothing, of each kind, at the same time as it gives up others', async () => {
  const beganAt = performance.now();
  const waiting = kinds.map(([, serverAt]) => {
    vendor.answer({ hangs: true });
    const request = { refreshToken: 'rt-1', resource };
    return room.tokens.refresh(serverAt(vendor.url), aClient(), request);
  });
  for (const { reason } of (await Promise.allSettled(waiting)) as PromiseRejectedResult[]) {
    expect(reason).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('did not answer in time'),
    });
  }
  const tookMs = performance.now() - beganAt;
  expect(tookMs).toBeGreaterThan(upstreamMs - 100);
  expect(tookMs).toBeLessThan(upstreamMs * 3);
});

describe('a discovered server', () => {
  const request = { state: 'state-1', codeChallenge: 'challenge-1', redirectUri, resource };

  it('is asked with the challenge of the flow, and for a resource', async () => {
    const url = await room.tokens.authorizationUrl(discoveredAt('https://a.example'), aClient(), {
      ...request,
      scopes: ['mcp:read', 'mcp:tools'],
    });
    expect(url.startsWith('https://a.example/authorize?')).toBe(true);
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      response_type: 'code',
      client_id: 'client-1',
      redirect_uri: redirectUri,
      state: 'state-1',
      scope: 'mcp:read mcp:tools',
      code_challenge: 'challenge-1',
      code_challenge_method: 'S256',
      resource,
    });
  });

  it('keeps the parameters that its address has, and is asked for no scope where there is none', async () => {
    const server = discoveredAt('https://a.example', {
      authorization_url: 'https://a.example/auth?tenant=7',
    });
    const url = new URL(await room.tokens.authorizationUrl(server, aClient(), { ...request, scopes: [] }));
    expect(url.searchParams.get('tenant')).toBe('7');
    expect(url.searchParams.has('scope')).toBe(false);
  });

  it('is told the resource with the code and with the refresh token', async () => {
    vendor.answer({ body: { access_token: 'at-1', token_type: 'Bearer' } });
    const exchanged = { code: 'code-1', codeVerifier: 'verifier-1', redirectUri, resource };
    await room.tokens.exchange(discoveredAt(vendor.url), aClient(), exchanged);
    const basic = `Basic ${Buffer.from('client-1:client-secret-1').toString('base64')}`;
    expect(vendor.asked).toEqual({
      POST: '/token',
      authorization: basic,
      form: {
        grant_type: 'authorization_code',
        code: 'code-1',
        code_verifier: 'verifier-1',
        redirect_uri: redirectUri,
        resource,
      },
    });
    vendor.requests.length = 0;
    vendor.answer({ body: { access_token: 'at-2', token_type: 'Bearer', expires_in: '60', scope: 'a b' } });
    const refreshed = { refreshToken: 'rt-1', resource };
    expect(await room.tokens.refresh(discoveredAt(vendor.url), aClient(), refreshed)).toEqual({
      accessToken: 'at-2',
      refreshToken: 'rt-1',
      expiresInS: 60,
      scopes: ['a', 'b'],
    });
    expect(vendor.asked).toEqual({
      POST: '/token',
      authorization: basic,
      form: { grant_type: 'refresh_token', refresh_token: 'rt-1', resource },
    });
  });
});
