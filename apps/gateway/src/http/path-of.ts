import type { FastifyRequest } from 'fastify';

/** The path without the query: what is in that may be nobody else's business, as a code of OAuth is. */
export function pathOf({ url }: Pick<FastifyRequest, 'url'>): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}
