import { createHash, randomBytes } from 'node:crypto';
import { startAuthorizationServer, type AuthorizationServer } from '@hawser/testing/authorization-server';
import { discoveredAt, TokenRoom } from '../../testing/token-room.js';
import type { OAuthClient, OAuthServer, Tokens } from './oauth-server.js';

const redirectUri = 'http://127.0.0.1:9/callback';
const resource = 'http://127.0.0.1:9/mcp';

/** With oidc-provider at the other end: all that is said here it understands. */
describe('a whole sign-in at a discovered server', () => {
  let room: TokenRoom;
  let peer: AuthorizationServer;
  beforeAll(async () => {
    room = new TokenRoom();
    peer = await startAuthorizationServer({ path: '/tenant' });
  });
  afterAll(async () => {
    await room.close();
    await peer.stop();
  });

  function serverWith(...token_auth_methods: string[]): OAuthServer {
    return discoveredAt(peer.issuer, {
      authorization_url: peer.authorizationUrl,
      token_url: peer.tokenUrl,
      revocation_url: peer.revocationUrl,
      registration_url: `${peer.issuer}/reg`,
      token_auth_methods,
    });
  }

  async function signIn(server: OAuthServer, client: OAuthClient): Promise<Tokens> {
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const request = { state: 'state-1', codeChallenge, redirectUri, scopes: ['mcp:read'], resource };
    const callback = await peer.walk(await room.tokens.authorizationUrl(server, client, request));
    expect(callback.searchParams.get('state')).toBe('state-1');
    expect(callback.searchParams.get('iss')).toBe(peer.issuer);
    const code = callback.searchParams.get('code') ?? '';
    return room.tokens.exchange(server, client, { code, codeVerifier, redirectUri, resource });
  }
  const refresh = (server: OAuthServer, client: OAuthClient, refreshToken: string): Promise<Tokens> =>
    room.tokens.refresh(server, client, { refreshToken, resource });

  it.each(['none', 'client_secret_basic', 'client_secret_post'])(
    'works from registration to revocation, as a client of %s',
    async (method) => {
      const server = serverWith(method);
      const client = await room.registration.register(server, redirectUri);
      expect(client).toMatchObject({ tokenAuthMethod: method, redirectUri });
      expect(client.clientSecret === null).toBe(method === 'none');

      const first = await signIn(server, client);
      expect(first).toMatchObject({ expiresInS: 600, scopes: ['mcp:read'] });
      expect(await peer.accepts(first.accessToken)).toBe(true);

      const second = await refresh(server, client, first.refreshToken!);
      expect(second.refreshToken).not.toBe(first.refreshToken);
      expect(await peer.accepts(second.accessToken)).toBe(true);

      expect(await room.revocation.revoke(server, client, second)).toBe(true);
      await expect(refresh(server, client, second.refreshToken!)).rejects.toMatchObject({
        kind: 'invalid_grant',
      });
    },
  );

  it('ends with invalid_grant where a refresh token is used twice, and takes the new one with it', async () => {
    const server = serverWith('none');
    const client = await room.registration.register(server, redirectUri);
    const first = await signIn(server, client);
    const second = await refresh(server, client, first.refreshToken!);
    for (const { refreshToken } of [first, second]) {
      await expect(refresh(server, client, refreshToken!)).rejects.toMatchObject({
        kind: 'invalid_grant',
        message: expect.stringMatching(/^login\.example\.com answered HTTP 400, invalid_grant: /),
      });
    }
  });

  it('is refused a client that is not who it says, which is no word on the grant', async () => {
    const server = serverWith('client_secret_basic');
    const client = await room.registration.register(server, redirectUri);
    const { refreshToken } = await signIn(server, client);
    const impostor = { ...client, clientSecret: 'another one' };
    await expect(refresh(server, impostor, refreshToken!)).rejects.toMatchObject({ kind: 'refused' });
    expect(await refresh(server, client, refreshToken!)).toMatchObject({ expiresInS: 600 });
  });
});
