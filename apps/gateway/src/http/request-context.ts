import type { CallContext } from '@hawser/contracts';
import type { Access } from '@hawser/contracts/directory';
import type { FastifyRequest } from 'fastify';
import { pathOf } from './path-of.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The workspace as the request names it, before anybody looked it up. */
    tenantName?: string | undefined;
    /** Set once the access rules have let the request in. */
    access?: Access;
    idempotencyKey?: string | undefined;
  }
}

function traceOf({ trace }: FastifyRequest): Pick<CallContext, 'requestId' | 'traceparent' | 'beganAtMs'> {
  return { requestId: trace.requestId, traceparent: trace.traceparent, beganAtMs: trace.beganAtMs };
}

/** For calls made before it is known who asks. */
export function anonymousContext(request: FastifyRequest): CallContext {
  return { ...traceOf(request), actor: { kind: 'system', id: 'gateway' } };
}

/** What travels with every call made for the request. */
export function callContext(request: FastifyRequest): CallContext {
  const { access, idempotencyKey } = request;
  if (access === undefined)
    throw new Error(`${request.method} ${pathOf(request)} was let in without an access check`);
  return {
    ...traceOf(request),
    actor: access.actor,
    ...(access.workspace === null ? {} : { workspaceId: access.workspace.id }),
    ...(access.agent === null ? {} : { agent: access.agent }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}
