import type { PageQuery } from '@hawser/contracts';
import { readPage, type Page } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CredentialEntity } from './credential.entity.js';

export interface ListedCredential extends CredentialEntity {
  last_used_at: Date | null;
}

/** A sign-in lasts 10 minutes, and the exchange at its end some seconds more. */
const signInLasts = `interval '11 minutes'`;

/** What a sign-in is for, and by whom it was begun. */
export type SignedInFor = Pick<
  CredentialEntity,
  'workspace_id' | 'name' | 'provider' | 'resource' | 'allowed_origins' | 'made_by'
>;

const listed = `
  SELECT c.*, u.last_used_at FROM credentials c
  LEFT JOIN credential_uses u ON u.workspace_id = c.workspace_id AND u.credential_id = c.id`;

@Injectable()
export class CredentialRepository {
  constructor(private readonly dataSource: DataSource) {}

  list(workspaceId: string, page: PageQuery): Promise<Page<ListedCredential>> {
    return readPage(
      page,
      1,
      ({ name }) => [name],
      (after, limit) =>
        this.dataSource.query<ListedCredential[]>(
          `${listed} WHERE c.workspace_id = $1 ${after ? 'AND c.name > $3' : ''} ORDER BY c.name LIMIT $2`,
          [workspaceId, limit, ...(after ?? [])],
        ),
    );
  }

  async findListed(
    workspaceId: string,
    id: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<ListedCredential | null> {
    const [row] = await manager.query<ListedCredential[]>(
      `${listed} WHERE c.workspace_id = $1 AND c.id = $2`,
      [workspaceId, id],
    );
    return row ?? null;
  }

  find(
    workspaceId: string,
    id: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<CredentialEntity | null> {
    return manager.findOneBy(CredentialEntity, { workspace_id: workspaceId, id });
  }

  /** Nobody else changes it until the transaction ends. */
  findForUpdate(manager: EntityManager, workspaceId: string, id: string): Promise<CredentialEntity | null> {
    return manager.findOne(CredentialEntity, {
      where: { workspace_id: workspaceId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async insert(manager: EntityManager, row: CredentialEntity): Promise<void> {
    await manager.insert(CredentialEntity, row);
  }

  /** False when another one has the name; one being inserted now is waited for. */
  async insertUnlessTaken(manager: EntityManager, row: CredentialEntity): Promise<boolean> {
    const inserted = await manager
      .createQueryBuilder()
      .insert()
      .into(CredentialEntity)
      .values(row)
      .orIgnore()
      .returning('id')
      .execute();
    return (inserted.raw as unknown[]).length > 0;
  }

  /**
   * One that the same user made by such a sign-in, and gave up: nobody has signed in for it, and all that was begun for it is
   * over. Nobody else takes it in the next minutes.
   * @param orNumbered whether `github-2` will do for `github`
   */
  async takeAbandoned(
    manager: EntityManager,
    { workspace_id, name, provider, resource, allowed_origins, made_by }: SignedInFor,
    orNumbered: boolean,
  ): Promise<CredentialEntity | undefined> {
    const [[taken]] = await manager.query<[CredentialEntity[], number]>(
      `UPDATE credentials SET updated_at = now() WHERE id = (
         SELECT c.id FROM credentials c
          WHERE c.workspace_id = $1 AND c.provider = $2 AND c.made_by = $3 AND c.status = 'pending'
            AND c.resource IS NOT DISTINCT FROM $4 AND c.allowed_origins IS NOT DISTINCT FROM $5::text[]
            AND (c.name = $6 OR $7 AND starts_with(c.name, $6 || '-') AND substr(c.name, length($6) + 2) ~ '^[0-9]+$')
            AND c.updated_at < now() - ${signInLasts}
            AND NOT EXISTS (
              SELECT FROM oauth_flows f WHERE f.workspace_id = c.workspace_id AND f.credential_id = c.id
                 AND f.created_at > now() - ${signInLasts})
          ORDER BY c.created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING *`,
      [workspace_id, provider, made_by, resource, allowed_origins, name, orNumbered],
    );
    return taken;
  }

  async takenNames(manager: EntityManager, workspaceId: string, names: string[]): Promise<string[]> {
    const rows = await manager.query<{ name: string }[]>(
      `SELECT name FROM credentials WHERE workspace_id = $1 AND name = ANY($2)`,
      [workspaceId, names],
    );
    return rows.map(({ name }) => name);
  }

  async update(
    manager: EntityManager,
    { workspace_id, id }: Pick<CredentialEntity, 'workspace_id' | 'id'>,
    changes: Partial<CredentialEntity>,
  ): Promise<void> {
    await manager.update(CredentialEntity, { workspace_id, id }, changes);
  }

  async noteFailure(workspaceId: string, id: string, version: number, retryAt: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE credentials SET retry_at = $4, refresh_failures = refresh_failures + 1
       WHERE workspace_id = $1 AND id = $2 AND version = $3`,
      [workspaceId, id, version, retryAt],
    );
  }

  /** Sign-ins for it, whose code verifiers are secrets. */
  async flowsOf(manager: EntityManager, workspaceId: string, id: string): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      `SELECT id FROM oauth_flows WHERE workspace_id = $1 AND credential_id = $2`,
      [workspaceId, id],
    );
    return rows.map((row) => row.id);
  }

  /** Sign-ins for it that this user began; which they were. */
  async deleteFlowsBy(
    manager: EntityManager,
    workspaceId: string,
    id: string,
    startedBy: string | null,
  ): Promise<string[]> {
    const [rows] = await manager.query<[{ id: string }[], number]>(
      `DELETE FROM oauth_flows WHERE workspace_id = $1 AND credential_id = $2 AND started_by = $3 RETURNING id`,
      [workspaceId, id, startedBy],
    );
    return rows.map((row) => row.id);
  }

  /** With its uses, its lease and its flows, by the foreign keys. */
  async delete(manager: EntityManager, workspaceId: string, id: string): Promise<void> {
    await manager.delete(CredentialEntity, { workspace_id: workspaceId, id });
  }
}
