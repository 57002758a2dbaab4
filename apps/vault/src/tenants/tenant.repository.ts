import type { Departure } from '@hawser/contracts/directory';
import { TenantRows } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Secrets } from '../secrets/secrets.js';

/** Without `secrets` and `data_keys`. What refers to credentials goes with them, by the foreign keys. */
const tablesOfWorkspaces = [
  // First: who is about to seal a secret of one holds its row, and is waited for.
  'credentials',
  'oauth_clients',
  'oauth_servers',
  'disclosures',
  'idempotency_keys',
];

@Injectable()
export class TenantRepository extends TenantRows {
  constructor(private readonly secrets: Secrets) {
    super();
  }

  /** Only of workspaces: nothing here hangs on a crew or an agent. */
  async deleteAllOf(manager: EntityManager, workspaceId: string, { kind }: Departure): Promise<void> {
    if (kind !== 'workspace') return;
    for (const table of tablesOfWorkspaces) {
      await manager.query(`DELETE FROM ${table} WHERE workspace_id = $1`, [workspaceId]);
    }
    await this.secrets.removeAllOf(manager, workspaceId);
  }
}
