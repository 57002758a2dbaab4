import { stackOf, type EventEnvelope } from '@hawser/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { idempotencyHours } from './idempotency.js';

/** Where events leave to. */
export abstract class EventPublisher {
  /** Resolves when every consumer has the event for good; rejects otherwise, and is then called again later. */
  abstract publish(envelope: EventEnvelope): Promise<void>;
}

const batchSize = 50;
const pollMs = 1_000;
const sweepMs = 3_600_000;
const inboxDays = 7;
const maxBackoffSeconds = 60;

interface OutboxRow {
  id: string;
  envelope: EventEnvelope;
}

/**
 * Takes events from the outbox to the publisher: at once after a commit, and again until it has worked. Whoever runs the
 * service starts it when the consumers are there: an event without consumers counts as delivered.
 */
@Injectable()
export class OutboxRelay {
  private readonly log = new Logger(OutboxRelay.name);
  private timer: NodeJS.Timeout | undefined;
  private sweeper: NodeJS.Timeout | undefined;
  private pass: Promise<void> | undefined;
  private again = false;
  private running = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly publisher: EventPublisher,
  ) {}

  start(): void {
    this.running = true;
    this.timer = setInterval(() => this.wake(), pollMs).unref();
    this.sweeper = setInterval(() => void this.sweep(), sweepMs).unref();
    this.wake();
  }

  /** Resolves when the pass under way has ended. */
  async stop(): Promise<void> {
    this.running = false;
    clearInterval(this.timer);
    clearInterval(this.sweeper);
    await this.pass;
  }

  /** Something may be in the outbox: look now. Never waits, never throws. */
  wake(): void {
    if (!this.running) return;
    if (this.pass !== undefined) {
      this.again = true;
      return;
    }
    this.pass = this.drain()
      .catch((error: unknown) =>
        this.log.error('the outbox could not be read, and is tried again', stackOf(error)),
      )
      .finally(() => {
        this.pass = undefined;
        if (this.again) {
          this.again = false;
          this.wake();
        }
      });
  }

  private async drain(): Promise<void> {
    while (
      this.running &&
      (await this.dataSource.transaction((manager) => this.publishBatch(manager))) === batchSize
    );
  }

  /** Rows are locked while they are published, so that replicas share the work; a crash gives them back. */
  private async publishBatch(manager: EntityManager): Promise<number> {
    const rows = await manager.query<OutboxRow[]>(
      `SELECT id, envelope FROM outbox WHERE next_attempt_at <= now()
       ORDER BY next_attempt_at, id LIMIT ${batchSize} FOR UPDATE SKIP LOCKED`,
    );
    if (rows.length === 0) return 0;
    const results = await Promise.allSettled(rows.map((row) => this.publisher.publish(row.envelope)));
    const left: string[] = [];
    const stayed: string[] = [];
    for (const [index, result] of results.entries()) {
      const row = rows[index] as OutboxRow;
      (result.status === 'fulfilled' ? left : stayed).push(row.id);
      if (result.status === 'rejected') {
        this.log.warn(
          `event ${row.id} (${row.envelope.subject}) stays in the outbox: ${String(result.reason)}`,
        );
      }
    }
    await manager.query(`DELETE FROM outbox WHERE id = ANY($1)`, [left]);
    await manager.query(
      `UPDATE outbox SET attempts = attempts + 1,
         next_attempt_at = now() + make_interval(secs => least(power(2, least(attempts, 6)), ${maxBackoffSeconds}))
       WHERE id = ANY($1)`,
      [stayed],
    );
    return rows.length;
  }

  private async sweep(): Promise<void> {
    try {
      await this.dataSource.query(
        `DELETE FROM inbox WHERE handled_at < now() - interval '${inboxDays} days'`,
      );
      await this.dataSource.query(
        `DELETE FROM idempotency_keys WHERE created_at < now() - interval '${idempotencyHours} hours'`,
      );
    } catch (error) {
      this.log.warn(`old inbox rows and idempotency keys stay for now: ${String(error)}`);
    }
  }
}
