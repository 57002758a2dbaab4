/** Every code an answer can fail with. Each means one thing everywhere; the gateway alone knows HTTP statuses. */
export const errorCodes = [
  'validation_failed',
  'malformed_message',
  'tenant_missing',
  'tenant_conflict',
  'unauthenticated',
  'forbidden',
  'scope_missing',
  'not_found',
  'route_not_found',
  'name_taken',
  'already_bound',
  'override_exists',
  'managed',
  'member_exists',
  'last_owner',
  'credential_in_use',
  'oauth_client_missing',
  'oauth_state_invalid',
  'idempotency_key_reused',
  'oauth_not_found',
  'upstream_failed',
  'service_busy',
  'payload_too_large',
  'unsupported_media_type',
  'internal',
  'service_unavailable',
  'service_timeout',
  'secret_encryption_unavailable',
  'cancelled',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What one input field did wrong: where it is, what it must be, and the value that was given (secrets excepted). */
export interface FieldError {
  field: string;
  message: string;
  value?: unknown;
}

export interface ErrorDetails {
  errors?: FieldError[];
  [name: string]: unknown;
}

const mostErrorsTold = 50;

/** The one error that services throw on purpose. `message` is for a person: what, which value, what to do. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }

  /** One bad field; `value` is shown to the caller, so never pass a secret. */
  static invalid(field: string, message: string, value?: unknown): ServiceError {
    return ServiceError.invalidFields([{ field, message, value }]);
  }

  /** Of very many errors the first ones are told. */
  static invalidFields(errors: FieldError[]): ServiceError {
    const told = errors.slice(0, mostErrorsTold);
    const sentences = told.map(
      ({ field, message, value }) =>
        `${field} ${message}${value === undefined ? '' : ` (it is ${JSON.stringify(value)})`}`,
    );
    if (errors.length > told.length) sentences.push(`and ${errors.length - told.length} more`);
    return new ServiceError('validation_failed', sentences.join('; '), { errors: told });
  }

  static notFound(kind: string, id: string): ServiceError {
    return new ServiceError('not_found', `no ${kind} "${id}" in this workspace`, { kind, id });
  }
}
