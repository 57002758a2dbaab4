import type { Access } from '@hawser/contracts/directory';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport';
import { bearerToken } from './bearer-token.js';

/** Takes the bearer tokens of one kind, and leaves the others to the next strategy. */
export abstract class TokenStrategy extends Strategy {
  constructor(
    override readonly name: string,
    private readonly takes: (token: string) => boolean,
  ) {
    super();
  }

  /** Who has the token, and what the request's path stands for; rejects if it is nobody's. */
  protected abstract validate(token: string, request: FastifyRequest): Promise<Access>;

  // Passport's types know Express only; the request is Fastify's.
  override authenticate(request: { headers: object }): void {
    const fastifyRequest = request as FastifyRequest;
    const token = bearerToken(fastifyRequest);
    if (token === undefined || !this.takes(token)) return this.fail('Bearer');
    this.validate(token, fastifyRequest).then(
      (access) => this.success(access),
      (error: unknown) => this.error(error),
    );
  }
}
