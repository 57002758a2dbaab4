import { mkdtemp, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import type { EventEnvelope } from '@hawser/messaging';
import { createDataSource } from './database.js';
import { databaseUnavailable } from './database-unavailable.js';
import { EventPublisher } from './event-publisher.js';
import { migrate } from './migrate.js';
import { OutboxRelay } from './outbox-relay.js';
import { PreparedQuery } from './prepared-query.js';
import type { ServiceDataSource } from './service-data-source.js';
import { logLines } from './testing/log-lines.js';
import { context, notesDatabase, notesOptions, noteTaken } from './testing/notes.js';
import { until } from './testing/until.js';
import { UnitOfWork } from './unit-of-work.js';

class CountingPublisher extends EventPublisher {
  readonly published: EventEnvelope[] = [];

  publish(envelope: EventEnvelope): Promise<void> {
    this.published.push(envelope);
    return Promise.resolve();
  }
}

const countNotes = new PreparedQuery<{ n: number }>('count-notes', `SELECT count(*)::int AS n FROM notes`);

describe('a PostgreSQL that stops and comes back', () => {
  let dataDir: string;
  let postgres: EmbeddedPostgres;
  let dataSource: ServiceDataSource;
  const start = async (): Promise<void> => {
    postgres = await EmbeddedPostgres.start({ dataDir, database: 'notes', settings: { fsync: 'off' } });
  };

  beforeAll(async () => {
    dataDir = await mkdtemp('/tmp/hawser-outage-');
    await start();
    await migrate(notesOptions(postgres.url));
    dataSource = await createDataSource({ ...notesOptions(postgres.url), poolSize: 4 }).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('fails every query as unavailable meanwhile, and is used again without a restart', async () => {
    const works: Record<string, () => Promise<unknown>> = {
      query: () => dataSource.query(`SELECT 1`),
      slow: () => dataSource.query(`SELECT pg_sleep(0.2)`),
      prepared: () => countNotes.run(dataSource, []),
      transaction: () =>
        dataSource.transaction(async (manager) => {
          await manager.query(`SELECT 1`);
          await sleep(200);
          await manager.query(`SELECT 1`);
        }),
    };
    const failures: unknown[] = [];
    const done = new Map<string, number>();
    let over = false;
    const working = Object.entries(works).flatMap(([name, work]) =>
      Array.from({ length: 3 }, async () => {
        while (!over) {
          await work().then(
            () => done.set(name, (done.get(name) ?? 0) + 1),
            (error: unknown) => failures.push(error),
          );
          await sleep(10);
        }
      }),
    );
    const allWork = (): Promise<void> => {
      done.clear();
      return until(() => Object.keys(works).every((name) => (done.get(name) ?? 0) >= 3));
    };

    await allWork();
    expect(failures).toEqual([]);
    await postgres.stop();
    await until(() => failures.length > 20);
    await start();
    await allWork();
    over = true;
    await Promise.all(working);

    const unexplained = failures.filter(
      (error) => databaseUnavailable(error)?.code !== 'service_unavailable',
    );
    expect(unexplained).toEqual([]);
  });

  it('makes the relay say so once when it goes and once when it is back, and loses no event', async () => {
    const lines = logLines();
    const publisher = new CountingPublisher();
    const relay = new OutboxRelay(dataSource, publisher);
    const unitOfWork = new UnitOfWork(dataSource, relay);
    await unitOfWork.run(context, (transaction) => transaction.emit(noteTaken, { id: 'before' }));
    await postgres.stop();
    relay.start();
    await until(() => lines.length > 0);
    // For it to try once more, and say nothing of it.
    await sleep(1_500);
    await start();
    await until(() => publisher.published.length === 1);
    await relay.stop();
    expect(lines).toEqual([
      expect.stringMatching(/^warn the outbox cannot be read, and events wait in it: .+/),
      'warn the outbox can be read again',
    ]);
  });
});

describe('a PostgreSQL that falls silent', () => {
  it('does not keep a connection of the pool, and the query ends as timed out', async () => {
    const notes = await notesDatabase();
    const dataSource = await createDataSource({
      ...notes.options,
      poolSize: 1,
      statementTimeoutMs: 500,
    }).initialize();
    const works = [
      (): Promise<unknown> => dataSource.query(`SELECT 1`),
      (): Promise<unknown> => dataSource.transaction((manager) => manager.query(`SELECT 1`)),
      (): Promise<unknown> => countNotes.run(dataSource, []),
    ];
    for (const work of works) {
      const [{ pid }] = await dataSource.query<[{ pid: number }]>(`SELECT pg_backend_pid() AS pid`);
      process.kill(pid, 'SIGSTOP');
      try {
        const error = await work().catch((reason: unknown) => reason);
        expect(databaseUnavailable(error)?.code).toBe('service_timeout');
        await dataSource.query(`SELECT 1`);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    }
    await dataSource.destroy();
    await notes.close();
  });
});
