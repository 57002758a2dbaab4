import { deletesEntries, ServiceError, type FieldError } from '@hawser/contracts';
import type { CreateWorkspaceServer, Transport } from '@hawser/contracts/bindings';
import { newId } from '@hawser/persistence';
import type { ServerColumns } from './server.columns.js';

/** The columns of a new row that both tiers fill alike. */
export function newColumns(workspaceId: string, input: CreateWorkspaceServer): ServerColumns {
  const now = new Date();
  return {
    id: newId('srv'),
    workspace_id: workspaceId,
    name: input.name,
    endpoint: input.endpoint ?? null,
    command: input.command ?? null,
    args_json: input.args_json ?? null,
    env_json: input.env_json ?? null,
    config_json: input.config_json ?? null,
    headers_json: input.headers_json ?? null,
    icon: input.icon ?? null,
    enabled: input.enabled ?? true,
    exposure: input.exposure ?? 'all',
    managed_by: null,
    created_at: now,
    updated_at: now,
  };
}

interface Target {
  transport: Transport | null;
  endpoint: string | null;
  command: string | null;
}

interface Settings extends Target {
  display_name: string | null;
  env_json: string | null;
  headers_json: string | null;
}

const patchable = [
  'display_name',
  'transport',
  'endpoint',
  'command',
  'args_json',
  'env_json',
  'config_json',
  'headers_json',
  'icon',
  'enabled',
  'exposure',
] as const;

type Patch = { [field in (typeof patchable)[number]]?: unknown };

/** Writes what the patch says into the row and answers the names of the fields that changed. */
export function applyPatch(row: Patch, patch: Patch): string[] {
  const changed = patchable.filter((field) => patch[field] !== undefined && patch[field] !== row[field]);
  for (const field of changed) row[field] = patch[field];
  return changed;
}

/** Whether a change of these fields can leave a server without what its transport needs. */
export function concernsTarget(fields: readonly string[]): boolean {
  return fields.some((field) => ['transport', 'endpoint', 'command'].includes(field));
}

/** @throws ServiceError validation_failed when a server could be neither reached nor started */
export function requireTarget({ transport, endpoint, command }: Target): void {
  if (transport === 'streamable-http' && endpoint === null) {
    throw ServiceError.invalid('endpoint', 'is required when the transport is streamable-http', endpoint);
  }
  if (transport === 'stdio' && command === null) {
    throw ServiceError.invalid('command', 'is required when the transport is stdio', command);
  }
}

/** @throws ServiceError validation_failed for a null that only a row with a parent may have */
export function requireNothingInherited(row: Settings): void {
  const errors: FieldError[] = [];
  for (const field of ['display_name', 'transport'] as const) {
    if (row[field] === null)
      errors.push({
        field,
        message: 'may be null only in a row that overrides a workspace server',
        value: null,
      });
  }
  for (const field of ['env_json', 'headers_json'] as const) {
    if (deletesEntries(row[field])) {
      errors.push({
        field,
        message: 'may hold a null only in a row that overrides a workspace server',
      });
    }
  }
  if (errors.length > 0) throw ServiceError.invalidFields(errors);
}

/** What the row is when its nulls have inherited, as far as reaching or starting it is concerned. */
export function inherit(row: Target, parent: Target): Target {
  return {
    transport: row.transport ?? parent.transport,
    endpoint: row.endpoint ?? parent.endpoint,
    command: row.command ?? parent.command,
  };
}
