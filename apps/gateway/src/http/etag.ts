import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A strong validator (RFC 9110 section 8.8.3) of the bytes, and of the variant: a redacted answer never matches a plain one. */
function etagOf(body: Uint8Array, variant: string): string {
  return `"${createHash('sha256').update(variant).update('\0').update(body).digest('base64url')}"`;
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((candidate) => ['*', etag, `W/${etag}`].includes(candidate.trim()));
}

/** Sends JSON bytes as they are, or 304 to a caller that has them; never to be kept by a cache in between. */
export function sendWithEtag(
  request: FastifyRequest,
  reply: FastifyReply,
  body: Uint8Array,
  variant: string,
): void {
  const etag = etagOf(body, variant);
  reply.headers({ etag, 'cache-control': 'private, no-store' });
  if (matches(request.headers['if-none-match'], etag)) {
    void reply.status(304).send();
    return;
  }
  void reply
    .status(200)
    .type('application/json; charset=utf-8')
    .send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}
