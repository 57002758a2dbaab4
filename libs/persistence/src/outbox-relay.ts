import { type EventEnvelope, outsideCalls, stackOf } from '@hawser/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { idleInTransactionMs } from './database.js';
import { databaseUnavailable } from './database-unavailable.js';
import { EventPublisher, publishAll } from './event-publisher.js';
import { idempotencyHours } from './idempotency.js';
import { reasonOf } from './try-until.js';
import { Trouble } from './trouble.js';

const batchSize = 50;
/** PostgreSQL would end the connection, and with it give back the rows while they are being published. */
const batchDeadlineMs = 0.75 * idleInTransactionMs;
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
  private readonly reading = new Trouble(this.log);
  private readonly publishing = new Trouble(this.log);
  private timer: NodeJS.Timeout | undefined;
  private sweeper: NodeJS.Timeout | undefined;
  private pass: Promise<void> | undefined;
  private again = false;
  private running = false;
  private pausedUntilMs = 0;

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
    if (!this.running || Date.now() < this.pausedUntilMs) return;
    if (this.pass !== undefined) {
      this.again = true;
      return;
    }
    this.pass = outsideCalls(() => this.drain())
      .catch((error: unknown) => {
        this.pause();
        const reason = databaseUnavailable(error) === undefined ? stackOf(error) : reasonOf(error);
        this.reading.begin(`the outbox cannot be read, and events wait in it: ${reason}`);
      })
      .finally(() => {
        this.pass = undefined;
        if (this.again) {
          this.again = false;
          this.wake();
        }
      });
  }

  /** When nothing works, neither commits nor a full outbox make it try more often than it polls. */
  private pause(): void {
    this.pausedUntilMs = Date.now() + pollMs;
  }

  private async drain(): Promise<void> {
    while (this.running) {
      const { taken, published } = await this.dataSource.transaction((manager) => this.publishBatch(manager));
      this.reading.end('the outbox can be read again');
      if (taken > 0 && published === 0) this.pause();
      if (taken < batchSize || published === 0) return;
    }
  }

  /** Rows are locked while they are published, so that replicas share the work; a crash gives them back. */
  private async publishBatch(manager: EntityManager): Promise<{ taken: number; published: number }> {
    const rows = await manager.query<OutboxRow[]>(
      `SELECT id, envelope FROM outbox WHERE next_attempt_at <= now()
       ORDER BY next_attempt_at, id LIMIT ${batchSize} FOR UPDATE SKIP LOCKED`,
    );
    if (rows.length === 0) return { taken: 0, published: 0 };
    const envelopes = rows.map(({ envelope }) => envelope);
    const outcomes = await publishAll(this.publisher, envelopes, batchDeadlineMs);
    const idsOf = (status: 'fulfilled' | 'rejected'): string[] =>
      rows.filter((_, index) => outcomes[index]?.status === status).map(({ id }) => id);
    const published = idsOf('fulfilled');
    this.report(envelopes, outcomes, published.length);
    await manager.query(`DELETE FROM outbox WHERE id = ANY($1)`, [published]);
    await manager.query(
      `UPDATE outbox SET attempts = attempts + 1,
         next_attempt_at = now() + make_interval(secs => least(power(2, least(attempts, 6)), ${maxBackoffSeconds}))
       WHERE id = ANY($1)`,
      [idsOf('rejected')],
    );
    return { taken: rows.length, published: published.length };
  }

  /** If none could be published it is not the events' fault, and said once; else it is said of each. */
  private report(
    envelopes: readonly EventEnvelope[],
    outcomes: readonly PromiseSettledResult<void>[],
    published: number,
  ): void {
    const stayed = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected'
        ? [
            `event ${envelopes[index]?.id} (${envelopes[index]?.subject}) stays in the outbox: ${reasonOf(outcome.reason)}`,
          ]
        : [],
    );
    if (published > 0) {
      this.publishing.end('events can be published again');
      for (const line of stayed) this.log.warn(line);
    } else {
      this.publishing.begin(`no event can be published: ${stayed[0]}`);
    }
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
      this.log.warn(`old inbox rows and idempotency keys stay for now: ${reasonOf(error)}`);
    }
  }
}
