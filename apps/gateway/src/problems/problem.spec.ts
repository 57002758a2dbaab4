import { errorCodes, ServiceError } from '@hawser/contracts';
import { statusOf, toProblem } from './problem.js';

describe('a problem document', () => {
  it('has a status of its own kind for every code', () => {
    expect(Object.keys(statusOf).sort()).toEqual([...errorCodes].sort());
    expect(Object.entries(statusOf).filter(([, status]) => status < 400 || status > 504)).toEqual([]);
    const ours = Object.entries(statusOf).filter(([, status]) => status >= 500);
    expect(Object.fromEntries(ours)).toEqual({
      internal: 500,
      upstream_failed: 502,
      service_busy: 503,
      secret_encryption_unavailable: 503,
      service_unavailable: 503,
      service_timeout: 504,
    });
  });

  it.each([
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['scope_missing', 403],
    ['not_found', 404],
    ['route_not_found', 404],
    ['oauth_not_found', 404],
    ['payload_too_large', 413],
    ['unsupported_media_type', 415],
    ['idempotency_key_reused', 422],
    ['cancelled', 499],
    ...['name_taken', 'already_bound', 'override_exists', 'managed', 'member_exists', 'last_owner'].map(
      (code) => [code, 409] as const,
    ),
    ...['validation_failed', 'malformed_message', 'tenant_missing', 'tenant_conflict'].map(
      (code) => [code, 400] as const,
    ),
  ] as [keyof typeof statusOf, number][])('answers %s with %i', (code, status) => {
    expect(statusOf[code]).toBe(status);
  });

  it('says what was wrong, in which fields, and which request it was', () => {
    expect(toProblem(ServiceError.invalid('name', 'must be short', 'long'), 'req_1')).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'validation_failed',
      detail: 'name must be short (it is "long")',
      request_id: 'req_1',
      errors: [{ field: 'name', message: 'must be short', value: 'long' }],
    });
  });

  it('keeps its own members, whatever the details are called', () => {
    const details = {
      status: 200,
      code: 'fine',
      detail: 'fine',
      type: 'x',
      title: 'x',
      request_id: 'x',
      id: 'y',
    };
    expect(toProblem(new ServiceError('not_found', 'gone', details), 'req_1')).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      code: 'not_found',
      detail: 'gone',
      request_id: 'req_1',
      id: 'y',
    });
  });
});
