import type { OAuthProvider } from '@hawser/providers';
import { selectClientAuthMethod } from '@modelcontextprotocol/client';
import type { OAuthClient, OAuthServer } from './oauth-server.js';

/** How a client shows the token endpoint who it is; those of RFC 6749, section 2.3.1, and of RFC 7591. */
export const tokenAuthMethods = ['none', 'client_secret_post', 'client_secret_basic'] as const;
export type TokenAuthMethod = (typeof tokenAuthMethods)[number];

export function isTokenAuthMethod(method: string): method is TokenAuthMethod {
  return (tokenAuthMethods as readonly string[]).includes(method);
}

/** As the client was registered with; else as the vendor, or the server's metadata, has it. */
export function tokenAuthMethodOf(server: OAuthServer, client: OAuthClient): TokenAuthMethod {
  const { clientId, clientSecret, tokenAuthMethod } = client;
  if (tokenAuthMethod !== null && isTokenAuthMethod(tokenAuthMethod)) return tokenAuthMethod;
  if (clientSecret === null) return 'none';
  if (server.provider !== null) return server.provider.token_auth ?? 'client_secret_post';
  const information = { client_id: clientId, client_secret: clientSecret };
  return selectClientAuthMethod(information, server.token_auth_methods);
}

/** Puts into a request who the client is. */
export function authenticate(
  method: TokenAuthMethod,
  { clientId, clientSecret }: OAuthClient,
  headers: Headers,
  params: URLSearchParams,
): void {
  if (method === 'client_secret_basic') {
    const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret ?? '')}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
    return;
  }
  params.set('client_id', clientId);
  if (method === 'client_secret_post') params.set('client_secret', clientSecret ?? '');
}

/** The body of a request, and what it says it is. */
export function encoded(
  params: URLSearchParams,
  as: OAuthProvider['token_body'],
): { body: string; contentType: string } {
  return as === 'json'
    ? { body: JSON.stringify(Object.fromEntries(params)), contentType: 'application/json' }
    : { body: params.toString(), contentType: 'application/x-www-form-urlencoded' };
}

/** RFC 6749, appendix B: so that neither part has a colon or anything but ASCII. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
