import { ServiceError } from '@hawser/contracts';
import type { FastifyRequest } from 'fastify';
import type { TenantSource } from './requires.js';

/**
 * The workspace that the request names, by id or slug.
 * @throws ServiceError tenant_conflict when it names two
 */
export function namedTenant(request: FastifyRequest, source: TenantSource): string | undefined {
  if (source === 'token') return undefined;
  if (source === 'path') return (request.params as { workspaceId: string }).workspaceId;
  const query = (request.query as Record<string, unknown>).workspace_id;
  const header = request.headers['x-account-id'];
  // As nearly every request has it.
  if (header === undefined && (query === undefined || typeof query === 'string')) return query || undefined;
  const given = [query, header].flat();
  const names = [...new Set(given.filter((name) => typeof name === 'string' && name !== ''))] as string[];
  if (names.length > 1) {
    throw new ServiceError(
      'tenant_conflict',
      `workspace_id and X-Account-ID differ (${names.join(', ')}); send one of them`,
      { names },
    );
  }
  return names[0];
}

export function tenantMissing(): ServiceError {
  return new ServiceError(
    'tenant_missing',
    'the request names no workspace: add ?workspace_id= or the header X-Account-ID, with its id or slug',
  );
}
