import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { DataKeyEntity } from './data-key.entity.js';
import type { WrappedKey } from './key-encryption.js';

export type DataKeyRow = Pick<DataKeyEntity, 'workspace_id' | 'version' | 'master_key_id' | 'wrapped_key'>;

/** A row as it was read, and what is to take its place. */
export interface RewrappedKey {
  from: DataKeyRow;
  to: WrappedKey;
}

export interface DataKeyCounts {
  data_keys: number;
  /** Those that are not under the active master key. */
  remaining: number;
}

const columns = 'workspace_id, version, master_key_id, wrapped_key';

@Injectable()
export class DataKeyRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** `fresh`: younger than `maxAgeDays`. */
  async findNewest(
    manager: EntityManager,
    workspaceId: string,
    maxAgeDays: number,
  ): Promise<(DataKeyRow & { fresh: boolean }) | undefined> {
    const [row] = await manager.query<(DataKeyRow & { fresh: boolean })[]>(
      `SELECT ${columns}, created_at > now() - make_interval(days => $2) AS fresh
         FROM data_keys WHERE workspace_id = $1 ORDER BY version DESC LIMIT 1`,
      [workspaceId, maxAgeDays],
    );
    return row;
  }

  /** Whether it was; not if there is one of this version, or somebody else adds it now. */
  async addUnlessThere(manager: EntityManager, row: DataKeyRow): Promise<boolean> {
    const added = await manager.query<unknown[]>(
      `INSERT INTO data_keys (${columns}) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING version`,
      [row.workspace_id, row.version, row.master_key_id, row.wrapped_key],
    );
    return added.length > 0;
  }

  /** Those of a workspace that are not under this master key. */
  listToRewrap(manager: EntityManager, workspaceId: string, masterKeyId: string): Promise<DataKeyRow[]> {
    return manager.query(
      `SELECT ${columns} FROM data_keys WHERE workspace_id = $1 AND master_key_id <> $2 ORDER BY version`,
      [workspaceId, masterKeyId],
    );
  }

  /** Those of all workspaces, a page at a time. */
  pageToRewrap(masterKeyId: string, after: DataKeyRow | undefined, limit: number): Promise<DataKeyRow[]> {
    return this.dataSource.query(
      `SELECT ${columns} FROM data_keys WHERE master_key_id <> $1 AND (workspace_id, version) > ($2, $3)
        ORDER BY workspace_id, version LIMIT $4`,
      [masterKeyId, after?.workspace_id ?? '', after?.version ?? 0, limit],
    );
  }

  /**
   * Each row that still is as it was read gets its new wrapping, and is never seen without one. How many those were.
   * Held in one order, so that two who do this at once never wait for each other in a circle; and not against new
   * secrets, whose foreign key holds the row too.
   */
  async replace(
    keys: readonly RewrappedKey[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<number> {
    const replaced = await manager.query<[unknown[], number]>(
      `WITH held AS (
         SELECT k.workspace_id, k.version, new.to_id, new.wrapped_key
           FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bytea[])
                  AS new (workspace_id, version, from_id, to_id, wrapped_key)
           JOIN data_keys k ON k.workspace_id = new.workspace_id AND k.version = new.version
          WHERE k.master_key_id = new.from_id
          ORDER BY k.workspace_id, k.version
            FOR NO KEY UPDATE OF k)
       UPDATE data_keys k SET master_key_id = held.to_id, wrapped_key = held.wrapped_key
         FROM held WHERE k.workspace_id = held.workspace_id AND k.version = held.version`,
      [
        keys.map(({ from }) => from.workspace_id),
        keys.map(({ from }) => from.version),
        keys.map(({ from }) => from.master_key_id),
        keys.map(({ to }) => to.master_key_id),
        keys.map(({ to }) => to.wrapped_key),
      ],
    );
    return replaced[1];
  }

  /** Of one workspace, or of all. */
  async count(
    masterKeyId: string,
    workspaceId: string | null = null,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<DataKeyCounts> {
    const [counts] = await manager.query<DataKeyCounts[]>(
      `SELECT count(*)::int AS data_keys, (count(*) FILTER (WHERE master_key_id <> $1))::int AS remaining
         FROM data_keys WHERE $2::text IS NULL OR workspace_id = $2`,
      [masterKeyId, workspaceId],
    );
    if (counts === undefined) throw new Error('a count returned no row');
    return counts;
  }

  /** Up to `limit` rows of each master key that there are any of. It skips from id to id, however many rows there are. */
  listSamples(limit: number): Promise<DataKeyRow[]> {
    return this.dataSource.query(
      `WITH RECURSIVE ids AS (
         SELECT min(master_key_id) AS id FROM data_keys
         UNION ALL
         SELECT (SELECT min(master_key_id) FROM data_keys WHERE master_key_id > id) FROM ids WHERE id IS NOT NULL)
       SELECT sample.* FROM ids CROSS JOIN LATERAL (
         SELECT ${columns} FROM data_keys WHERE master_key_id = id ORDER BY workspace_id LIMIT $1) AS sample`,
      [limit],
    );
  }

  async countWorkspaces(masterKeyId: string): Promise<number> {
    const [counted] = await this.dataSource.query<{ workspaces: number }[]>(
      `SELECT count(DISTINCT workspace_id)::int AS workspaces FROM data_keys WHERE master_key_id = $1`,
      [masterKeyId],
    );
    return counted?.workspaces ?? 0;
  }

  async deleteAllOf(manager: EntityManager, workspaceId: string): Promise<void> {
    await manager.query(`DELETE FROM data_keys WHERE workspace_id = $1`, [workspaceId]);
  }
}
