import { ServiceError } from '@hawser/contracts';
import type { FastifyRequest } from 'fastify';

export const idempotencyKeyForm = /^[\x21-\x7e]{1,255}$/;

/** @throws ServiceError validation_failed for a key that cannot be kept */
export function readIdempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || request.method !== 'POST') return undefined;
  if (typeof key === 'string' && idempotencyKeyForm.test(key)) return key;
  throw ServiceError.invalid(
    'Idempotency-Key',
    'must be 1 to 255 visible ASCII characters, such as a UUID',
    key,
  );
}
