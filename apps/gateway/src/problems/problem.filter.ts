import { ServiceError } from '@hawser/contracts';
import { stackOf } from '@hawser/messaging';
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { challengeOf } from '../access/bearer-token.js';
import { pathOf } from '../http/path-of.js';
import { toProblem } from './problem.js';

const log = new Logger('Gateway');

/** Whatever went wrong, the caller gets a problem document with the request's id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(exception, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

export function sendProblem(exception: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = asServiceError(exception, request);
  const problem = toProblem(error, request.id);
  reply.header('x-request-id', request.id);
  if (problem.status === 401) reply.header('www-authenticate', challengeOf(request));
  const retryAfter = error.details.retry_after_seconds;
  if (typeof retryAfter === 'number') reply.header('retry-after', String(retryAfter));
  void reply.status(problem.status).type('application/problem+json; charset=utf-8').send(problem);
}

/** What the caller may be told of it; of what nobody foresaw, all is in the log. */
export function asServiceError(exception: unknown, request: FastifyRequest): ServiceError {
  const error = toServiceError(exception, request);
  if (error.code === 'internal')
    log.error(`${request.method} ${pathOf(request)} (${request.id})`, stackOf(exception));
  return error;
}

function toServiceError(exception: unknown, request: FastifyRequest): ServiceError {
  if (exception instanceof ServiceError) return exception;
  // 403 is not ours: it is what the files of /api/docs answer to a path that climbs out of them.
  if (exception instanceof HttpException && [403, 404].includes(exception.getStatus())) {
    const empty = emptyParameter(request);
    if (empty !== undefined) return ServiceError.invalid(empty, 'must not be empty in the path', '');
    return new ServiceError(
      'route_not_found',
      `there is no ${request.method} ${pathOf(request)}; see /api/docs`,
    );
  }
  // Health checks throw what they found.
  if (exception instanceof HttpException && exception.getStatus() === 503) {
    return new ServiceError(
      'service_unavailable',
      'not ready: something that every request needs does not answer',
      {
        checks: (exception.getResponse() as { details?: unknown }).details,
      },
    );
  }
  // Nest wraps what Fastify threw.
  const source = exception instanceof HttpException ? (exception.cause ?? exception) : exception;
  return (
    fromFastify(source, request) ??
    new ServiceError('internal', 'something went wrong here; the request id finds it in the logs')
  );
}

/** Nest takes a path with an empty parameter for no route at all; the router has matched it all the same. */
function emptyParameter({ params }: FastifyRequest): string | undefined {
  return Object.entries((params ?? {}) as Record<string, string>).find(([, value]) => value === '')?.[0];
}

/** What Fastify refuses before a route runs. https://fastify.dev/docs/latest/Reference/Errors/ */
function fromFastify(exception: unknown, request: FastifyRequest): ServiceError | undefined {
  const { code, statusCode, message } = Object(exception) as {
    code?: string;
    statusCode?: number;
    message?: string;
  };
  if (statusCode === 413) {
    const limit = request.routeOptions.bodyLimit;
    return new ServiceError('payload_too_large', `the body is larger than ${limit} bytes`, {
      limit_bytes: limit,
    });
  }
  if (statusCode === 414) {
    return new ServiceError('malformed_message', 'a part of the path is longer than any id or name');
  }
  if (statusCode === 415) {
    const given = request.headers['content-type'] || 'of no stated type';
    return new ServiceError(
      'unsupported_media_type',
      `the body is ${given}; send Content-Type: application/json`,
    );
  }
  if (statusCode === 400) {
    return new ServiceError(
      'malformed_message',
      `the request cannot be read: ${message ?? code ?? 'malformed'}`,
    );
  }
  return undefined;
}
