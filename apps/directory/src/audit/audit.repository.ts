import type { Actor } from '@hawser/contracts';
import type { AuditPage, AuditQuery } from '@hawser/contracts/directory';
import { newId, readAuditLog } from '@hawser/persistence';
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

@Injectable()
export class AuditRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws ServiceError validation_failed for a time or a cursor that is none */
  list(workspaceId: string, query: AuditQuery): Promise<AuditPage> {
    return readAuditLog(this.dataSource, 'audit_log', workspaceId, query);
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
