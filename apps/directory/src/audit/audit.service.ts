import { defaultPageSize, workspaceOf, type CallContext, type RecordChange } from '@hawser/contracts';
import type { AuditPage, AuditQuery } from '@hawser/contracts/directory';
import { credentialsDisclosed, listDisclosures } from '@hawser/contracts/vault';
import { BusClient, type EventContext } from '@hawser/messaging';
import { Inbox } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { AuditRepository, newEntry } from './audit.repository.js';
import { mergePages } from './merge-pages.js';

const nothing: AuditPage = { entries: [], next_cursor: null };

@Injectable()
export class AuditService {
  constructor(
    private readonly auditLog: AuditRepository,
    private readonly inbox: Inbox,
    private readonly bus: BusClient,
  ) {}

  /**
   * The log kept here and the vault's, as one. Without the vault there is no answer, rather than one that hides who was
   * given secrets; but who asks for one action needs only the part that has it.
   */
  async list(context: CallContext, query: AuditQuery): Promise<AuditPage> {
    const { action, limit = defaultPageSize } = query;
    const [here, vault] = await Promise.all([
      action === credentialsDisclosed ? nothing : this.auditLog.list(workspaceOf(context), query),
      action === undefined || action === credentialsDisclosed
        ? this.bus.call(listDisclosures, query, context)
        : nothing,
    ]);
    return mergePages(here, vault, limit);
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
