import { inCall, startRequestSpan, withinSpan } from '@hawser/messaging';
import { SpanStatusCode, type Span } from '@opentelemetry/api';
import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pathOf } from '../http/path-of.js';
import { RequestDurations } from './request-durations.js';
import { RequestTrace } from './request-trace.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** By what the request is found in logs and traces. */
    trace: RequestTrace;
    span?: Span | undefined;
  }
}

const log = new Logger('Request');
const durations = new RequestDurations();

/** nginx's number for a client that left before its answer. */
const clientGone = 499;

/** Every request gets its id, its place in a trace, a measurement, and if asked for a log line at level debug. */
export function observeRequests(server: FastifyInstance, { logRequests }: { logRequests: boolean }): void {
  server.addHook('onRequest', (request, reply, done) => {
    const startedMs = performance.now();
    reply.header('x-request-id', request.id);
    request.span = spanOf(request);
    request.trace = new RequestTrace(request, request.span);
    // Fastify's hook for the end of an answer is not called for a client that has left.
    reply.raw.once('close', () => {
      const status = reply.raw.writableEnded ? reply.statusCode : clientGone;
      const elapsedMs = performance.now() - startedMs;
      durations.observe(request.method, routeOf(request), status, elapsedMs);
      endSpan(request.span, status);
      if (logRequests) inCall(request.trace, () => logRequest(request, status, elapsedMs));
    });
    done();
  });
  // Not before the body has been read: what listens to the socket would not keep the context.
  server.addHook('preValidation', (request, _, done) => {
    inCall(request.trace, () => withinSpan(request.span, done));
  });
}

function logRequest(request: FastifyRequest, status: number, elapsedMs: number): void {
  log.debug(`${request.method} ${pathOf(request)} ${status} ${elapsedMs.toFixed(1)} ms`);
}

/** The route, never the path: ids would make a series each. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'none';
}

// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
function spanOf(request: FastifyRequest): Span | undefined {
  const { traceparent } = request.headers;
  return startRequestSpan(typeof traceparent === 'string' ? traceparent : undefined, () => {
    const { method, id } = request;
    const route = routeOf(request);
    const attributes = { 'http.request.method': method, 'http.route': route, 'hawser.request_id': id };
    return { name: `${method} ${route}`, attributes };
  });
}

function endSpan(span: Span | undefined, status: number): void {
  if (span === undefined) return;
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
