import { ServiceError, type FieldError } from '@hawser/contracts';
import type { CreateToken, TokenKind } from '@hawser/contracts/directory';

type KindField = 'role' | 'user_id' | 'agent_id';

/** The field that says who a token of a kind is. */
const fieldOfKind = { user: 'user_id', service: 'role', agent: 'agent_id' } as const satisfies Record<
  TokenKind,
  KindField
>;

const notOfKind: Record<KindField, string> = {
  role: "is only for a token of kind service: a user has their membership's role, an agent none",
  user_id: 'is only for a token of kind user',
  agent_id: 'is only for a token of kind agent',
};

/** @throws ServiceError validation_failed naming each field that the token's kind needs or cannot have */
export function requireFieldsOfKind(input: CreateToken): void {
  const own = fieldOfKind[input.kind];
  const errors: FieldError[] = Object.values(fieldOfKind)
    .filter((field) => field !== own && input[field] != null)
    .map((field) => ({ field, message: notOfKind[field], value: input[field] }));
  // A user's may be left out: then it is the caller.
  if (own !== 'user_id' && input[own] == null) {
    errors.push({ field: own, message: `is required for a token of kind ${input.kind}` });
  }
  if (errors.length > 0) throw ServiceError.invalidFields(errors);
}

/** @throws ServiceError validation_failed for an empty list, which would be a token that may do nothing */
export function requireScopes({ scopes }: CreateToken): void {
  if (scopes?.length === 0) {
    throw ServiceError.invalid('scopes', 'must not be empty; leave it out for all scopes', scopes);
  }
}

/** @throws ServiceError validation_failed */
export function requireFuture(expiresAt: Date | null, now: Date): void {
  if (expiresAt !== null && expiresAt <= now) {
    throw ServiceError.invalid('expires_at', 'must be in the future', expiresAt.toISOString());
  }
}
