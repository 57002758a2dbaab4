import type { Access } from '@hawser/contracts/directory';
import type { FastifyRequest } from 'fastify';
import type { TokenStrategy } from './token-strategy.js';

/**
 * Who is calling, by the first strategy that takes what the request brings; undefined if none does. Passport's own
 * middleware gives every request a login and a session besides, which nobody here has, and takes as long as all the
 * rest of the gateway does.
 * @throws whatever a strategy refuses with
 */
export async function authenticate(
  strategies: readonly TokenStrategy[],
  request: FastifyRequest,
): Promise<Access | undefined> {
  for (const strategy of strategies) {
    const access = await attempt(strategy, request);
    if (access !== undefined) return access;
  }
  return undefined;
}

/** A strategy's side of Passport: it calls one of the three on an object of its own. */
function attempt(strategy: TokenStrategy, request: FastifyRequest): Promise<Access | undefined> {
  return new Promise((resolve, reject) => {
    const one = Object.create(strategy) as TokenStrategy;
    one.success = (access) => resolve(access as Access);
    one.fail = () => resolve(undefined);
    one.error = reject;
    one.authenticate(request);
  });
}
