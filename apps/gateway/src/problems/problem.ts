import { STATUS_CODES } from 'node:http';
import type { ErrorCode, ServiceError } from '@hawser/contracts';

/** What HTTP calls each code. A new code does not compile until it has a status. */
export const statusOf: Record<ErrorCode, number> = {
  validation_failed: 400,
  malformed_message: 400,
  tenant_missing: 400,
  tenant_conflict: 400,
  oauth_state_invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  scope_missing: 403,
  not_found: 404,
  route_not_found: 404,
  oauth_not_found: 404,
  name_taken: 409,
  already_bound: 409,
  override_exists: 409,
  managed: 409,
  member_exists: 409,
  last_owner: 409,
  credential_in_use: 409,
  oauth_client_missing: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  // nginx's number for it. Nobody reads the answer, but logs and metrics do.
  cancelled: 499,
  internal: 500,
  upstream_failed: 502,
  service_unavailable: 503,
  service_busy: 503,
  secret_encryption_unavailable: 503,
  service_timeout: 504,
};

/** RFC 9457. `type` is about:blank, so `title` is the status's own phrase; `code` tells problems apart. */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  request_id: string;
  [detail: string]: unknown;
}

export function toProblem({ code, message, details }: ServiceError, requestId: string): Problem {
  const status = statusOf[code];
  return {
    ...details,
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: message,
    request_id: requestId,
  };
}
