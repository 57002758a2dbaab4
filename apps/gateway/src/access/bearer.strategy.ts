import { createHash } from 'node:crypto';
import { authorise, type Access } from '@hawser/contracts/directory';
import { BusClient } from '@hawser/messaging';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport';
import { anonymousContext } from '../http/request-context.js';

/** RFC 6750 section 2.1. Tokens in a query or a body are not read: they would end up in logs. */
const bearer = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i;

type Done = (error: unknown, access: Access | null) => void;

/** Reads the token from the header; only its hash goes further. */
class BearerTokenStrategy extends Strategy {
  override name = 'bearer';

  constructor(private readonly verify: (tokenHash: string, request: FastifyRequest, done: Done) => unknown) {
    super();
  }

  // Passport's types know Express only; the request is Fastify's.
  override authenticate(request: { headers: object }): void {
    const fastifyRequest = request as FastifyRequest;
    const token = bearer.exec(fastifyRequest.headers.authorization ?? '')?.[1];
    if (token === undefined) return this.fail('Bearer');
    const hash = createHash('sha256').update(token).digest('hex');
    this.verify(hash, fastifyRequest, (error, access) =>
      access === null ? this.error(error) : this.success(access),
    );
  }
}

/** Hawser's own tokens. One call answers who it is and what the ids in the path stand for. */
@Injectable()
export class BearerStrategy extends PassportStrategy(BearerTokenStrategy) {
  constructor(private readonly bus: BusClient) {
    super();
  }

  validate(token_hash: string, request: FastifyRequest): Promise<Access> {
    const { agentId, crewId } = request.params as { agentId?: string; crewId?: string };
    const named = {
      ...(request.tenantName === undefined ? {} : { workspace: request.tenantName }),
      ...(agentId === undefined ? {} : { agent_id: agentId }),
      ...(crewId === undefined ? {} : { crew_id: crewId }),
    };
    return this.bus.call(authorise, { token_hash, ...named }, anonymousContext(request));
  }
}
