import { workspaceOf, type CallContext, type RecordChange } from '@hawser/contracts';
import type { AuditPage, AuditQuery } from '@hawser/contracts/directory';
import type { EventContext } from '@hawser/messaging';
import { Inbox } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { readTime } from '../times/read-time.js';
import { AuditRepository, newEntry } from './audit.repository.js';

@Injectable()
export class AuditService {
  constructor(
    private readonly auditLog: AuditRepository,
    private readonly inbox: Inbox,
  ) {}

  async list(context: CallContext, query: AuditQuery): Promise<AuditPage> {
    const { rows, next_cursor } = await this.auditLog.list(workspaceOf(context), query, {
      actor: query.actor ?? null,
      action: query.action ?? null,
      since: readTime('since', query.since),
      until: readTime('until', query.until),
    });
    return { entries: rows.map((row) => ({ ...row, at: row.at.toISOString() })), next_cursor };
  }

  /** Another service's change becomes an entry of the log, once, however often the event comes. */
  async record(change: RecordChange, event: EventContext): Promise<void> {
    const entry = newEntry(event.workspaceId, event, {
      action: `${change.entity}.${change.fact}`,
      target_id: change.id,
      target_name: change.name,
      fields: change.fields,
    });
    await this.inbox.once(event.id, (manager) => this.auditLog.insert(manager, entry));
  }
}
