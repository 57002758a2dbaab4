import { PreparedQuery } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { SecretEntity, SecretField } from './secret.entity.js';
import type { SealedSecret, SecretOwner } from './secrets.js';

const ofOwner = `
  SELECT s.workspace_id, s.owner_id, s.field, s.key_version, s.sealed, k.master_key_id, k.wrapped_key
    FROM secrets s JOIN data_keys k ON k.workspace_id = s.workspace_id AND k.version = s.key_version
   WHERE s.workspace_id = $1 AND s.owner_id = $2`;

const secretsOfOwner = new PreparedQuery<SealedSecret>('secrets-of-owner', ofOwner);

@Injectable()
export class SecretRepository {
  constructor(private readonly dataSource: DataSource) {}

  listOf({ workspaceId, ownerId }: SecretOwner, manager?: EntityManager): Promise<SealedSecret[]> {
    const values = [workspaceId, ownerId];
    return manager === undefined
      ? secretsOfOwner.run(this.dataSource, values)
      : manager.query(ofOwner, values);
  }

  async write(
    manager: EntityManager,
    { workspaceId, ownerId }: SecretOwner,
    keyVersion: number,
    secrets: readonly Pick<SecretEntity, 'field' | 'sealed'>[],
  ): Promise<void> {
    await manager.query(
      `INSERT INTO secrets (workspace_id, owner_id, field, key_version, sealed)
       SELECT $1, $2, field, $3, sealed FROM unnest($4::text[], $5::bytea[]) AS new (field, sealed)
       ON CONFLICT (workspace_id, owner_id, field)
       DO UPDATE SET key_version = excluded.key_version, sealed = excluded.sealed`,
      [
        workspaceId,
        ownerId,
        keyVersion,
        secrets.map(({ field }) => field),
        secrets.map(({ sealed }) => sealed),
      ],
    );
  }

  async delete(
    manager: EntityManager,
    { workspaceId, ownerId }: SecretOwner,
    fields: readonly SecretField[],
  ): Promise<void> {
    await manager.query(`DELETE FROM secrets WHERE workspace_id = $1 AND owner_id = $2 AND field = ANY($3)`, [
      workspaceId,
      ownerId,
      fields,
    ]);
  }

  async deleteAllOf(manager: EntityManager, workspaceId: string): Promise<void> {
    await manager.query(`DELETE FROM secrets WHERE workspace_id = $1`, [workspaceId]);
  }
}
