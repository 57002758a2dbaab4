import { workspaceOf, type CallContext } from '@hawser/contracts';
import { UnitOfWork, type Transaction } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditRepository, newEntry } from '../audit/audit.repository.js';
import { workspaceGone } from '../workspaces/workspace-gone.js';
import { WorkspaceRepository, type Hold, type ShownWorkspace } from '../workspaces/workspace.repository.js';

/** One write of this service, as its transaction sees it. */
export class Change {
  constructor(
    readonly transaction: Transaction,
    /** The caller's, which stays until the transaction ends. */
    readonly workspace: ShownWorkspace,
    private readonly context: CallContext,
    private readonly auditLog: AuditRepository,
  ) {}

  get manager(): EntityManager {
    return this.transaction.manager;
  }

  /** Notes in the workspace's audit log, in the same transaction, what is done: `crew.updated`. */
  audit(action: string, target: { id: string; name: string | null }, fields: string[] = []): Promise<void> {
    const deed = { action, target_id: target.id, target_name: target.name, fields };
    return this.auditLog.insert(this.manager, newEntry(this.workspace.id, this.context, deed));
  }
}

/**
 * All writes go through here: a transaction that first holds the caller's workspace, so that it cannot be deleted
 * meanwhile. Always the workspace first: two transactions that lock in another order could wait for each other.
 */
@Injectable()
export class ChangeService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly workspaces: WorkspaceRepository,
    private readonly auditLog: AuditRepository,
  ) {}

  run<T>(context: CallContext, work: (change: Change) => Promise<T>, hold: Hold = 'present'): Promise<T> {
    return this.unitOfWork.run(context, async (transaction) =>
      work(await this.begin(context, transaction, hold)),
    );
  }

  /** With an idempotency key, as UnitOfWork has it. */
  create<T extends object>(
    context: CallContext,
    operation: { subject: string; request: object; remembered?: (answer: T) => T },
    work: (change: Change) => Promise<T>,
  ): Promise<T> {
    return this.unitOfWork.create(context, operation, async (transaction) =>
      work(await this.begin(context, transaction, 'present')),
    );
  }

  private async begin(context: CallContext, transaction: Transaction, hold: Hold): Promise<Change> {
    const id = workspaceOf(context);
    const workspace = await this.workspaces.hold(transaction.manager, id, hold);
    if (workspace === null) throw workspaceGone(id);
    return new Change(transaction, workspace, context, this.auditLog);
  }
}
