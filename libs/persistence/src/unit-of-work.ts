import { workspaceOf, type CallContext, type EventContract } from '@hawser/contracts';
import type { EventEnvelope } from '@hawser/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { rememberAnswer } from './idempotency.js';
import { newId } from './ids.js';
import { OutboxRelay } from './outbox-relay.js';

/** An open transaction: the change and what it tells the others commit together or not at all. */
export class Transaction {
  constructor(
    readonly manager: EntityManager,
    private readonly context: CallContext,
  ) {}

  /** Puts an event in the outbox; it leaves after the commit. */
  async emit<Data extends object>(
    event: EventContract<Data>,
    data: Data,
    workspaceId = workspaceOf(this.context),
  ): Promise<void> {
    const { requestId, traceparent, actor } = this.context;
    const id = newId('evt');
    const envelope: EventEnvelope = {
      id,
      subject: event.subject,
      occurred_at: new Date().toISOString(),
      workspace_id: workspaceId,
      actor,
      request_id: requestId,
      ...(traceparent === undefined ? {} : { traceparent }),
      data,
    };
    await this.manager.query(`INSERT INTO outbox (id, envelope) VALUES ($1, $2)`, [
      id,
      JSON.stringify(envelope),
    ]);
  }
}

@Injectable()
export class UnitOfWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly relay: OutboxRelay,
  ) {}

  /** Runs `work` in one transaction. Nothing of it remains when it throws. */
  async run<T>(context: CallContext, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const result = await this.dataSource.transaction((manager) => work(new Transaction(manager, context)));
    this.relay.wake();
    return result;
  }

  /**
   * Like `run`, for what an `Idempotency-Key` protects: with a key that was used before, the first answer comes back
   * and `work` does not run. `remembered` is what may be stored of the answer, for answers that hold a secret.
   * @throws ServiceError idempotency_key_reused when the key came with another request
   */
  async create<T extends object>(
    context: CallContext,
    operation: { subject: string; request: object; remembered?: (answer: T) => T },
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.run(context, (transaction) =>
      rememberAnswer(transaction.manager, context, operation, () => work(transaction)),
    );
  }
}
