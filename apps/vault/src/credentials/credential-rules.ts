import { mayReadSecrets, readTime, ServiceError, type Actor } from '@hawser/contracts';
import type { CreateCredential, PatchCredential, SecretType } from '@hawser/contracts/vault';
import type { CredentialEntity } from './credential.entity.js';

const signIn = 'sign in with POST /api/v1/oauth/initiate and its id';
const patchable = ['name', 'value', 'allowed_origins', 'expires_at'] as const;

/** Of these the value becomes a line of HTTP, or a part of one. */
const typesOfHeaders: readonly SecretType[] = ['api_key', 'bearer', 'basic'];
// eslint-disable-next-line no-control-regex
const controlCharacter = /[\u0000-\u001f\u007f]/;

/** @throws ServiceError validation_failed; it shows no value */
export function requireCreatable({ type, value, expires_at }: CreateCredential): void {
  if (type === 'oauth2') {
    if (value !== undefined) {
      throw ServiceError.invalid('value', `is not taken for type oauth2; leave it out, then ${signIn}`);
    }
    requireOwnExpiry(expires_at);
    return;
  }
  if (value === undefined) throw ServiceError.invalid('value', `is required for type ${type}`);
  requireForm(type, value);
}

/** @throws ServiceError validation_failed; it shows no value */
export function requirePatchable(type: SecretType, patch: PatchCredential): void {
  if (patchable.every((field) => patch[field] === undefined)) {
    const message = `has no fields to update; give at least one of ${patchable.join(', ')}`;
    throw ServiceError.invalid('body', message, {});
  }
  if (type === 'oauth2') {
    if (patch.value !== undefined) {
      throw ServiceError.invalid('value', `cannot be set for type oauth2; to fill it, ${signIn}`);
    }
    requireOwnExpiry(patch.expires_at);
  }
  if (patch.value !== undefined) requireForm(type, patch.value);
}

/**
 * To let a value go where it could not go before takes somebody who may see it, or who gives another one.
 * @throws ServiceError forbidden
 */
export function requireMayOpenUp(
  actor: Actor,
  { name, type, status, allowed_origins: kept }: CredentialEntity,
  { value, allowed_origins: wanted }: PatchCredential,
): void {
  const isOpen = kept === null || status === 'pending';
  if (isOpen || wanted === undefined || value !== undefined || mayReadSecrets(actor)) return;
  const added = wanted?.filter((origin) => !kept.includes(origin));
  if (added?.length === 0) return;
  const more = added === undefined ? 'any origin' : added.join(', ');
  throw new ServiceError(
    'forbidden',
    `only an OWNER or ADMIN may let the value of "${name}" go to ${more}${type === 'oauth2' ? '' : '; whoever gives it another value in the same request may choose its allowed_origins'}`,
  );
}

/** @throws ServiceError validation_failed for a time that is past */
export function readExpiry(text: string | null | undefined): Date | null {
  const expiresAt = readTime('expires_at', text);
  if (expiresAt !== null && expiresAt <= new Date()) {
    throw ServiceError.invalid('expires_at', 'must be in the future', text);
  }
  return expiresAt;
}

function requireOwnExpiry(expiresAt: string | null | undefined): void {
  if (expiresAt === undefined) return;
  const message = 'cannot be set for type oauth2: the provider says how long its tokens live; leave it out';
  throw ServiceError.invalid('expires_at', message, expiresAt);
}

function requireForm(type: SecretType, value: string): void {
  if (typesOfHeaders.includes(type) && controlCharacter.test(value)) {
    const message = `must have no line ends or other control characters for type ${type}, which is sent in a header`;
    throw ServiceError.invalid('value', message);
  }
  // RFC 7617, section 2
  if (type === 'basic' && !value.includes(':')) {
    throw ServiceError.invalid('value', 'must be of the form user:password for type basic; it has no colon');
  }
}
