import { workspaceOf, type CallContext } from '@hawser/contracts';
import { accessChanged } from '@hawser/contracts/directory';
import { Broadcasts } from '@hawser/messaging';
import { UnitOfWork, type Transaction } from '@hawser/persistence';
import { Injectable, Logger } from '@nestjs/common';
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
 * All writes in a workspace go through here: a transaction that first holds the caller's workspace, so that it cannot be deleted
 * meanwhile. Always the workspace first: two transactions that lock in another order could wait for each other.
 */
@Injectable()
export class ChangeService {
  private readonly log = new Logger(ChangeService.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly workspaces: WorkspaceRepository,
    private readonly auditLog: AuditRepository,
    private readonly broadcasts: Broadcasts,
  ) {}

  async run<T>(
    context: CallContext,
    work: (change: Change) => Promise<T>,
    hold: Hold = 'present',
  ): Promise<T> {
    const result = await this.unitOfWork.run(context, async (transaction) =>
      work(await this.begin(context, transaction, hold)),
    );
    await this.tell(context);
    return result;
  }

  /** With an idempotency key, as UnitOfWork has it. */
  async create<T extends object>(
    context: CallContext,
    operation: { subject: string; request: object; remembered?: (answer: T) => T },
    work: (change: Change) => Promise<T>,
  ): Promise<T> {
    const result = await this.unitOfWork.create(context, operation, async (transaction) =>
      work(await this.begin(context, transaction, 'present')),
    );
    await this.tell(context);
    return result;
  }

  private async begin(context: CallContext, transaction: Transaction, hold: Hold): Promise<Change> {
    const id = workspaceOf(context);
    const workspace = await this.workspaces.hold(transaction.manager, id, hold);
    if (workspace === null) throw workspaceGone(id);
    return new Change(transaction, workspace, context, this.auditLog);
  }

  /** Gateways remember who is calling; what they know of this workspace they forget before the change is answered. */
  private async tell(context: CallContext): Promise<void> {
    try {
      await this.broadcasts.tell(accessChanged, { workspace_id: workspaceOf(context) }, context);
    } catch (error) {
      this.log.warn(`gateways may know of a change some seconds late: ${String(error)}`);
    }
  }
}
