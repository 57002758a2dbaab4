import type { PageQuery } from '@hawser/contracts';
import { newId, readPage, type Page } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { MemberEntity } from './member.entity.js';

export function newMember(
  workspaceId: string,
  input: Pick<MemberEntity, 'user_id' | 'email' | 'role'>,
): MemberEntity {
  const now = new Date();
  return { id: newId('mem'), workspace_id: workspaceId, ...input, created_at: now, updated_at: now };
}

@Injectable()
export class MemberRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** By user. Of a sandbox: the members of the workspace that it is the twin of. */
  list(workspaceId: string, page: PageQuery): Promise<Page<MemberEntity>> {
    return readPage(
      page,
      1,
      ({ user_id }) => [user_id],
      (after, limit) =>
        this.dataSource.query<MemberEntity[]>(
          `SELECT * FROM members
           WHERE workspace_id = (SELECT coalesce(sandbox_of, id) FROM workspaces WHERE id = $1)
             ${after ? 'AND user_id > $3' : ''}
           ORDER BY user_id LIMIT $2`,
          [workspaceId, limit, ...(after ?? [])],
        ),
    );
  }

  findByUser(manager: EntityManager, workspaceId: string, userId: string): Promise<MemberEntity | null> {
    return manager.findOneBy(MemberEntity, { workspace_id: workspaceId, user_id: userId });
  }

  /** Until the transaction ends, this user stays a member. */
  holdByUser(manager: EntityManager, workspaceId: string, userId: string): Promise<MemberEntity | null> {
    return manager.findOne(MemberEntity, {
      where: { workspace_id: workspaceId, user_id: userId },
      lock: { mode: 'for_key_share' },
    });
  }

  /** Nobody else changes it until the transaction ends. */
  findForUpdate(manager: EntityManager, workspaceId: string, id: string): Promise<MemberEntity | null> {
    return manager.findOne(MemberEntity, {
      where: { workspace_id: workspaceId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  countOwners(manager: EntityManager, workspaceId: string): Promise<number> {
    return manager.countBy(MemberEntity, { workspace_id: workspaceId, role: 'OWNER' });
  }

  findFirstOwner(manager: EntityManager, workspaceId: string): Promise<MemberEntity | null> {
    return manager.findOne(MemberEntity, {
      where: { workspace_id: workspaceId, role: 'OWNER' },
      order: { created_at: 'ASC', id: 'ASC' },
    });
  }

  async insert(manager: EntityManager, row: MemberEntity): Promise<void> {
    await manager.insert(MemberEntity, row);
  }

  async update(manager: EntityManager, row: MemberEntity): Promise<void> {
    await manager.update(MemberEntity, { workspace_id: row.workspace_id, id: row.id }, row);
  }

  async delete(manager: EntityManager, workspaceId: string, id: string): Promise<void> {
    await manager.delete(MemberEntity, { workspace_id: workspaceId, id });
  }
}
