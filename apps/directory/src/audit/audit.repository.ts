import { ServiceError, type Actor } from '@hawser/contracts';
import type { AuditQuery } from '@hawser/contracts/directory';
import { newId, readPage, type Page } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AuditEntity } from './audit.entity.js';

/** The part of a call or an event that says whose doing it is. */
interface Origin {
  actor: Actor;
  requestId: string;
  occurredAt?: Date;
}

type Deed = Pick<AuditEntity, 'action' | 'target_id' | 'target_name' | 'fields'>;

export function newEntry(workspaceId: string, origin: Origin, deed: Deed): AuditEntity {
  return {
    id: newId('aud'),
    workspace_id: workspaceId,
    at: origin.occurredAt ?? new Date(),
    actor_kind: origin.actor.kind,
    actor_id: origin.actor.id,
    actor_user_id: origin.actor.user_id ?? null,
    ...deed,
    request_id: origin.requestId,
  };
}

export interface AuditFilter {
  actor: string | null;
  action: string | null;
  since: Date | null;
  until: Date | null;
}

@Injectable()
export class AuditRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Newest first.
   * @throws ServiceError validation_failed for a cursor without a time
   */
  list(workspaceId: string, page: AuditQuery, filter: AuditFilter): Promise<Page<AuditEntity>> {
    return readPage(
      page,
      2,
      ({ at, id }) => [at.toISOString(), id],
      (after, limit) =>
        this.dataSource.query<AuditEntity[]>(
          `SELECT * FROM audit_log WHERE workspace_id = $1
             AND ($3::text IS NULL OR actor_id = $3 OR actor_user_id = $3)
             AND ($4::text IS NULL OR action = $4)
             AND ($5::timestamptz IS NULL OR at >= $5)
             AND ($6::timestamptz IS NULL OR at < $6)
             ${after ? 'AND (at, id) < ($7::timestamptz, $8)' : ''}
           ORDER BY at DESC, id DESC LIMIT $2`,
          [
            workspaceId,
            limit,
            filter.actor,
            filter.action,
            filter.since,
            filter.until,
            ...(after ? [timeIn(after), after[1]] : []),
          ],
        ),
    );
  }

  /** Writes nothing when the workspace is gone: an event that comes late must not fail, nor bring anything back. */
  async insert(manager: EntityManager, entry: AuditEntity): Promise<void> {
    await manager.query(
      `INSERT INTO audit_log (id, workspace_id, at, actor_kind, actor_id, actor_user_id, action, target_id, target_name,
         fields, request_id)
       SELECT $1, w.id, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM workspaces w WHERE w.id = $2 FOR KEY SHARE`,
      [
        entry.id,
        entry.workspace_id,
        entry.at,
        entry.actor_kind,
        entry.actor_id,
        entry.actor_user_id,
        entry.action,
        entry.target_id,
        entry.target_name,
        entry.fields,
        entry.request_id,
      ],
    );
  }
}

function timeIn([at = '']: string[]): Date {
  // As toISOString writes it: of years beyond four digits the database knows fewer than JavaScript.
  const time = new Date(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(at) ? at : NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw ServiceError.invalid('cursor', 'must be the next_cursor of an earlier page');
}
