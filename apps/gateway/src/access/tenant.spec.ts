import type { FastifyRequest } from 'fastify';
import { namedTenant, tenantMissing } from './tenant.js';

function request(fields: { query?: object; header?: string | string[]; path?: string }): FastifyRequest {
  return {
    query: fields.query ?? {},
    headers: fields.header === undefined ? {} : { 'x-account-id': fields.header },
    params: fields.path === undefined ? {} : { workspaceId: fields.path },
  } as FastifyRequest;
}

describe('the workspace that a request names', () => {
  it('stands in the query or in the header', () => {
    expect(namedTenant(request({ query: { workspace_id: 'acme' } }), 'named')).toBe('acme');
    expect(namedTenant(request({ header: 'acme' }), 'named')).toBe('acme');
  });

  it('is none when neither says one, or says it with nothing', () => {
    expect(namedTenant(request({}), 'named')).toBeUndefined();
    expect(namedTenant(request({ query: { workspace_id: '' }, header: '' }), 'named')).toBeUndefined();
    expect(namedTenant(request({ query: { workspace_id: { a: 'b' } } }), 'named')).toBeUndefined();
  });

  it('may be said twice, if alike', () => {
    expect(namedTenant(request({ query: { workspace_id: 'acme' }, header: 'acme' }), 'named')).toBe('acme');
    expect(namedTenant(request({ query: { workspace_id: ['acme', 'acme'] } }), 'named')).toBe('acme');
  });

  it.each([
    { query: { workspace_id: 'acme' }, header: 'other' },
    { query: { workspace_id: ['acme', 'other'] } },
    { header: ['acme', 'other'] },
  ])('is refused when two are named: %j', (fields) => {
    expect(() => namedTenant(request(fields), 'named')).toThrow(
      expect.objectContaining({ code: 'tenant_conflict', details: { names: ['acme', 'other'] } }) as Error,
    );
  });

  it("stands in the path where the route says so, and is the token's own where it says that", () => {
    const both = { query: { workspace_id: 'other' }, header: 'third', path: 'acme' };
    expect(namedTenant(request(both), 'path')).toBe('acme');
    expect(namedTenant(request(both), 'token')).toBeUndefined();
  });

  it('can be given in two ways, which the refusal of a request without it names', () => {
    const { code, message } = tenantMissing();
    expect(code).toBe('tenant_missing');
    expect(message).toContain('workspace_id');
    expect(message).toContain('X-Account-ID');
  });
});
