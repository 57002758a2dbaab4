import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientMetadata } from 'oidc-provider';
import { answerInteraction, newProvider } from './authorization-provider.js';
import { AuthorizationStore } from './authorization-store.js';
import { walkAway } from './browser-walk.js';
import { serve } from './loopback.js';
import type { Peer } from './peer.js';
import { count, TokenGate, type Counts } from './token-gate.js';

export interface AuthorizationOptions {
  /** Of the issuer, as `/tenant`. Default: none. */
  path?: string;
  /** How long its access tokens last. Default: 600. */
  accessTokenSeconds?: number;
  /** Whether a refresh token is good for one use. Default: it is. */
  rotation?: boolean;
  /** How long the token endpoint takes at the least. Default: 0. */
  latencyMs?: number;
  /** That can be granted. Default: mcp:read, mcp:tools and mcp:admin. */
  scopes?: string[];
  /** That it knows from the start, besides `client`. */
  clients?: ClientMetadata[];
  /** Where `client` may send browsers. Default: one address on loopback, where nobody listens. */
  redirectUris?: string[];
}

export interface SignedIn {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  scope: string;
}

export interface AuthorizationServer extends Peer {
  issuer: string;
  authorizationUrl: string;
  tokenUrl: string;
  revocationUrl: string;
  /** One that it has always known, with client_secret_basic. */
  client: { clientId: string; clientSecret: string; redirectUri: string };
  /** Requests to the token endpoint by grant type, with those that it did not answer. */
  tokenRequests: Counts;
  /** Errors that the token endpoint gave: `invalid_grant` … */
  tokenErrors: Counts;
  /** Signs in and consents, as a user with a browser would; answers where that browser is sent to. */
  walk(authorizationUrl: string, how?: { consent: boolean }): Promise<URL>;
  /** Tokens of `client` for a resource, got all the way that a browser goes. */
  signIn(resource?: string): Promise<SignedIn>;
  /** Whether it gave this access token, and would still stand by it. */
  accepts(accessToken: string): Promise<boolean>;
  setLatency(ms: number): void;
  /**
   * From now on its token endpoint answers nobody: before it has done anything, or (`after`) when all is done, so that
   * nobody learns of the new refresh token and the old one is spent.
   */
  hang(when?: 'before' | 'after'): void;
  /** How many wait for an answer that does not come. */
  hanging(): number;
  /** It answers again; whoever still waits is hung up on. */
  release(): void;
  /** Its access tokens are worth nothing any more, whatever was said of their end. */
  expireAll(): void;
  /** Users take back all that they granted: refresh tokens get `invalid_grant`. */
  revokeAll(): void;
}

/**
 * A real OAuth 2.1 authorization server on loopback (oidc-provider) that asks nobody for a password: PKCE with S256
 * required; refresh tokens rotate, and using one twice revokes the grant; dynamic registration (RFC 7591), revocation
 * (RFC 7009), `iss` beside the code (RFC 9207), and access tokens for any `resource` (RFC 8707).
 */
export async function startAuthorizationServer(
  options: AuthorizationOptions = {},
): Promise<AuthorizationServer> {
  const { path = '', scopes = ['mcp:read', 'mcp:tools', 'mcp:admin'], clients = [] } = options;
  const { redirectUris = ['http://127.0.0.1:9/callback'] } = options;
  const client = {
    clientId: 'hawser',
    clientSecret: randomBytes(24).toString('base64url'),
    redirectUri: redirectUris[0] ?? '',
  };
  const gate = new TokenGate(options.latencyMs ?? 0);
  const tokenErrors: Counts = {};
  const store = new AuthorizationStore();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', origin);
    const own = pathOf(url, path);
    if (own === undefined) return void response.writeHead(404).end();
    if (own.startsWith('/interaction/')) {
      const consent = !url.searchParams.has('decline');
      return answerInteraction(provider, { request, response, consent });
    }
    const passed = own === '/token' ? await gate.enter(request) : request;
    if (passed === undefined) return void response.destroy();
    // By these two it finds itself below a path, as Express would tell it.
    await answer(Object.assign(passed, { url: `${own}${url.search}`, baseUrl: path }), response);
  };
  const { origin, stop } = await serve(handle);
  const issuer = `${origin}${path}`;

  const provider = newProvider({
    issuer,
    store,
    scopes,
    accessTokenSeconds: options.accessTokenSeconds ?? 600,
    rotation: options.rotation ?? true,
    clients: [
      { client_id: client.clientId, client_secret: client.clientSecret, redirect_uris: redirectUris },
      ...clients,
    ],
  });
  provider.on('grant.error', (_, { error }) => count(tokenErrors, error));
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/token' && !(await gate.leave())) ctx.req.socket.destroy();
  });
  const answer = provider.callback();

  const walk = (authorizationUrl: string, { consent } = { consent: true }): Promise<URL> =>
    walkAway(authorizationUrl, (url) => {
      if (url.pathname.includes('/interaction/') && !consent) url.searchParams.set('decline', '');
      return url;
    });
  const urls = {
    authorizationUrl: `${issuer}/auth`,
    tokenUrl: `${issuer}/token`,
    revocationUrl: `${issuer}/token/revocation`,
  };
  return {
    url: issuer,
    issuer,
    ...urls,
    client,
    tokenRequests: gate.requests,
    tokenErrors,
    walk,
    signIn: (resource) => signIn({ ...urls, client, scopes, walk }, resource),
    accepts: async (accessToken) => (await provider.AccessToken.find(accessToken)) !== undefined,
    setLatency: (ms) => (gate.latencyMs = ms),
    hang: (when = 'before') => gate.close(when),
    hanging: () => gate.waiting,
    release: () => gate.release(),
    expireAll: () => store.clear('AccessToken'),
    revokeAll: () => store.clear('Grant'),
    stop: async () => {
      gate.release();
      await stop();
    },
  };
}

/** The path as the server itself has it, below its issuer's; RFC 8414 puts the issuer's path behind the well-known one. */
function pathOf({ pathname }: URL, issuerPath: string): string | undefined {
  const [, wellKnown] = /^(\/\.well-known\/[^/]+)/.exec(pathname) ?? [];
  if (wellKnown !== undefined) return pathname === `${wellKnown}${issuerPath}` ? wellKnown : undefined;
  return pathname.startsWith(`${issuerPath}/`) ? pathname.slice(issuerPath.length) : undefined;
}

interface Place extends Pick<AuthorizationServer, 'authorizationUrl' | 'tokenUrl' | 'client' | 'walk'> {
  scopes: string[];
}

async function signIn(
  { authorizationUrl, tokenUrl, client, scopes, walk }: Place,
  resource?: string,
): Promise<SignedIn> {
  const verifier = randomBytes(32).toString('base64url');
  const about = { redirect_uri: client.redirectUri, ...(resource === undefined ? {} : { resource }) };
  const authorization = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    scope: scopes.join(' '),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...about,
  });
  const callback = await walk(`${authorizationUrl}?${authorization.toString()}`);
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      code_verifier: verifier,
      ...about,
    }),
  });
  if (!response.ok) throw new Error(`${tokenUrl} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as SignedIn;
}
