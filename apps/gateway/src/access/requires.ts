import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiParam, ApiQuery } from '@nestjs/swagger';
import type { PermissionName } from './permissions.js';

/**
 * Where a request says which workspace it is about: `named` in `?workspace_id=` or `X-Account-ID`, `path` in the
 * parameter `:workspaceId`, `token` nowhere, because the token's own is meant, `optional` as `named` or as `token`.
 */
export type TenantSource = 'named' | 'path' | 'token' | 'optional';

export interface AccessRule {
  permission: PermissionName;
  tenant: TenantSource;
}

export const accessRuleKey = 'hawser:access';

/** The route's access rule. Every route has this or `Public`; a test walks them all. */
export function Requires(permission: PermissionName, tenant: TenantSource = 'named'): MethodDecorator {
  const rule: AccessRule = { permission, tenant };
  return applyDecorators(SetMetadata(accessRuleKey, rule), ApiBearerAuth(), ...documentedTenant(tenant));
}

/** Open to anyone who can reach the gateway. */
export const Public = (): MethodDecorator => SetMetadata(accessRuleKey, 'public');

function documentedTenant(tenant: TenantSource): MethodDecorator[] {
  const schema = { type: 'string' } as const;
  const description = 'the workspace, by id or slug';
  switch (tenant) {
    case 'named':
    case 'optional':
      return [
        ApiQuery({ name: 'workspace_id', required: false, schema, description }),
        ApiHeader({
          name: 'X-Account-ID',
          required: false,
          schema,
          description: `${description}, in place of workspace_id`,
        }),
      ];
    case 'path':
      return [ApiParam({ name: 'workspaceId', schema, description })];
    case 'token':
      return [];
  }
}
