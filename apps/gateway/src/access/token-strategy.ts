import type { Access } from '@hawser/contracts/directory';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport';
import { bearerToken } from './bearer-token.js';

type Done = (error: unknown, access: Access | null) => void;
type Verify = (token: string, request: FastifyRequest, done: Done) => unknown;

/** Takes the bearer tokens of one kind, and leaves the others to the next strategy. */
export class TokenStrategy extends Strategy {
  constructor(
    override readonly name: string,
    private readonly takes: (token: string) => boolean,
    private readonly verify: Verify,
  ) {
    super();
  }

  // Passport's types know Express only; the request is Fastify's.
  override authenticate(request: { headers: object }): void {
    const fastifyRequest = request as FastifyRequest;
    const token = bearerToken(fastifyRequest);
    if (token === undefined || !this.takes(token)) return this.fail('Bearer');
    this.verify(token, fastifyRequest, (error, access) =>
      access === null ? this.error(error) : this.success(access),
    );
  }
}
