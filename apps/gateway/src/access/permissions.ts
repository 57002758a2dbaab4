import type { Role } from '@hawser/contracts';
import type { TokenScope } from '@hawser/contracts/directory';

/** What a route asks of its caller. */
export interface Permission {
  roles: readonly Role[];
  /** Whether an agent's own token will do, on routes that name that agent. */
  ownAgent: boolean;
  /** What a token with scopes must have; null: only a token without scopes will do. */
  scope: TokenScope | null;
  /** Whether users who name no workspace, and so have no role, may too: on routes that need none. */
  outsiders: boolean;
}

const everyone: readonly Role[] = ['OWNER', 'ADMIN', 'MANAGER', 'MEMBER', 'VIEWER'];
const members: readonly Role[] = ['OWNER', 'ADMIN', 'MANAGER', 'MEMBER'];
const managers: readonly Role[] = ['OWNER', 'ADMIN', 'MANAGER'];
const admins: readonly Role[] = ['OWNER', 'ADMIN'];

const read = { scope: 'integrations:read', ownAgent: false, outsiders: false } as const;
const write = { scope: 'integrations:write', ownAgent: false, outsiders: false } as const;
const fullToken = { scope: null, ownAgent: false, outsiders: false } as const;

/** Who may do what, by name; each route names one. The table in docs/access.md is this one. */
export const permissions = {
  'tiers.read': { ...read, roles: everyone },
  'agent.read': { ...read, roles: everyone, ownAgent: true },
  'workspace-servers.write': { ...write, roles: admins },
  'crew-servers.create': { ...write, roles: managers },
  'crew-servers.change': { ...write, roles: admins },
  'tool-states.write': { ...write, roles: admins },
  'agent-bindings.write': { ...write, roles: managers },
  // They store nothing, but make Hawser send requests to an address of the caller's choice.
  'servers.test': { ...write, roles: members },
  'oauth.discover': { ...write, roles: members, outsiders: true },
  'credentials.read': { ...read, roles: everyone },
  'credentials.write': { ...write, roles: managers },
  'keys.rotate': { ...fullToken, roles: ['OWNER'] },
  'oauth.providers': { ...read, roles: everyone, outsiders: true },
  'oauth-clients.write': { ...write, roles: admins },
  // A flow stores nothing but the one credential that it is for.
  'oauth.connect': { ...write, roles: members },
  // It makes a server of the workspace besides.
  'oauth.auto-connect': { ...write, roles: admins },
  'directory.read': { ...read, roles: everyone, outsiders: true },
  'crews.write': { ...write, roles: managers },
  'agents.write': { ...write, roles: managers },
  'workspaces.create': { ...fullToken, roles: everyone, outsiders: true },
  'workspace.write': { ...fullToken, roles: admins },
  'workspace.delete': { ...fullToken, roles: ['OWNER'] },
  'members.manage': { ...fullToken, roles: admins },
  'tokens.manage': { ...fullToken, roles: admins },
  'audit.read': { ...fullToken, roles: admins },
  self: { ...read, roles: everyone, ownAgent: true, outsiders: true },
} as const satisfies Record<string, Permission>;

export type PermissionName = keyof typeof permissions;

/** Whether the role is enough; null: the caller has none. */
export function isEnough(role: Role | null, permission: Permission, isInWorkspace: boolean): boolean {
  if (role !== null) return permission.roles.includes(role);
  return !isInWorkspace && permission.outsiders;
}
