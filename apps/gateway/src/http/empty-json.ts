import type { FastifyInstance } from 'fastify';

/**
 * Takes no bytes at all for no body, whatever type is stated: many clients state one with every request. Fastify would
 * refuse that as broken JSON, on routes that need no body too.
 */
export function acceptEmptyJson(server: FastifyInstance): void {
  // As Fastify's own: a body with __proto__ or with constructor.prototype is refused.
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body, done);
  });
}
