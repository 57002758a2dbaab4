import type { AnyRpc } from '@hawser/contracts';
import type { TokenScope } from '@hawser/contracts/directory';
import type { PermissionName } from '../access/permissions.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A line of the table "Who may do what" of docs/access.md. */
export interface Line {
  permission: PermissionName;
  /** One route that asks for it, the contract that it calls, and a body that is fit for it. */
  route: [Method, string];
  calls: AnyRpc | null;
  body?: object;
  /** Of OWNER, ADMIN, MANAGER, MEMBER, VIEWER, and the token of the agent that the path names. */
  may: [boolean, boolean, boolean, boolean, boolean, boolean];
  scope: TokenScope | null;
}

export const yes = true;
export const no = false;
export const tenant = '?workspace_id=ws_1';
export const read = 'integrations:read' as const;
export const write = 'integrations:write' as const;
