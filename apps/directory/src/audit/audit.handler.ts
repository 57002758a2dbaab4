import type { CallContext, RecordChange } from '@hawser/contracts';
import { bindingsChanged } from '@hawser/contracts/bindings';
import { listAudit, type AuditPage, type AuditQuery } from '@hawser/contracts/directory';
import { vaultChanged } from '@hawser/contracts/vault';
import { Consumes, Handles, type EventContext } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { AuditService } from './audit.service.js';

@Controller()
export class AuditHandler {
  constructor(private readonly auditLog: AuditService) {}

  @Handles(listAudit)
  list(query: AuditQuery, context: CallContext): Promise<AuditPage> {
    return this.auditLog.list(context, query);
  }

  @Consumes(bindingsChanged)
  bindingsChanged(change: RecordChange, event: EventContext): Promise<void> {
    return this.auditLog.record(change, event);
  }

  @Consumes(vaultChanged)
  vaultChanged(change: RecordChange, event: EventContext): Promise<void> {
    return this.auditLog.record(change, event);
  }
}
