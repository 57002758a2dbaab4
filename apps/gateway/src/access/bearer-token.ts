import type { FastifyRequest } from 'fastify';

/** RFC 6750 section 2.1. Tokens in a query or a body are not read: they would end up in logs. */
const bearer = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i;

/** Header, payload and signature in base64url (RFC 7515 section 7.1). An unsigned one counts too, to be refused as such. */
const jwt = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** The token in the request's header; undefined when there is none that can be read. */
export function bearerToken({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return bearer.exec(headers.authorization ?? '')?.[1];
}

/** Hawser's own tokens have no dots. */
export function isJwt(token: string): boolean {
  return jwt.test(token);
}

/** What a 401 asks for (RFC 6750 section 3): with an error only where a token was sent. */
export function challengeOf(request: Pick<FastifyRequest, 'headers'>): string {
  const sent = bearerToken(request) !== undefined;
  return sent ? 'Bearer realm="hawser", error="invalid_token"' : 'Bearer realm="hawser"';
}
