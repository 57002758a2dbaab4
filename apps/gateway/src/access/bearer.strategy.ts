import { hash } from 'node:crypto';
import type { Access } from '@hawser/contracts/directory';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { anonymousContext } from '../http/request-context.js';
import { AccessCache } from './access-cache.js';
import { isJwt } from './bearer-token.js';
import { namedObjects } from './named-objects.js';
import { TokenStrategy } from './token-strategy.js';

/** Hawser's own tokens. One call answers who it is and what the ids in the path stand for. */
@Injectable()
export class BearerStrategy extends TokenStrategy {
  constructor(private readonly callers: AccessCache) {
    super('bearer', (token) => !isJwt(token));
  }

  /** Only the token's hash goes further. */
  protected override validate(token: string, request: FastifyRequest): Promise<Access> {
    const token_hash = hash('sha256', token);
    return this.callers.find({ token_hash, ...namedObjects(request) }, () => anonymousContext(request));
  }
}
