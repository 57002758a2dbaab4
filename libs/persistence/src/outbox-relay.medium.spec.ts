import { setTimeout as sleep } from 'node:timers/promises';
import type { EventEnvelope } from '@hawser/messaging';
import { createDataSource } from './database.js';
import { EventPublisher } from './event-publisher.js';
import { newId } from './ids.js';
import { OutboxRelay } from './outbox-relay.js';
import type { ServiceDataSource } from './service-data-source.js';
import { logLines } from './testing/log-lines.js';
import { notesDatabase, noteTaken, type NotesDatabase } from './testing/notes.js';
import { until } from './testing/until.js';

/** Counts how often it was asked to publish each event. */
class CountingPublisher extends EventPublisher {
  readonly asked = new Map<string, number>();
  publishing: () => Promise<void> = () => sleep(Math.random() * 20);

  async publish({ id }: EventEnvelope): Promise<void> {
    this.asked.set(id, (this.asked.get(id) ?? 0) + 1);
    await this.publishing();
  }

  get total(): number {
    return [...this.asked.values()].reduce((sum, times) => sum + times, 0);
  }
}

let notes: NotesDatabase;
let replicas: { dataSource: ServiceDataSource; publisher: CountingPublisher; relay: OutboxRelay }[];
let lines: string[];

beforeEach(async () => {
  lines = logLines();
  notes = await notesDatabase();
  replicas = await Promise.all(
    [1, 2].map(async () => {
      const dataSource = await createDataSource(notes.options).initialize();
      const publisher = new CountingPublisher();
      return { dataSource, publisher, relay: new OutboxRelay(dataSource, publisher) };
    }),
  );
});
afterEach(async () => {
  for (const { dataSource, relay } of replicas) {
    await relay.stop();
    await dataSource.destroy();
  }
  await notes.close();
});

async function fill(events: number): Promise<string[]> {
  const ids = Array.from({ length: events }, () => newId('evt'));
  await notes.dataSource.query(
    `INSERT INTO outbox (id, envelope)
     SELECT id, jsonb_build_object('id', id, 'subject', $2::text) FROM unnest($1::text[]) AS id`,
    [ids, noteTaken.subject],
  );
  return ids;
}
async function waiting(): Promise<number> {
  const [row] = await notes.dataSource.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM outbox`);
  return row?.n ?? -1;
}

describe('relays of two replicas on one outbox', () => {
  it('share the work: every event leaves, none twice', async () => {
    const ids = await fill(1_000);
    for (const { relay } of replicas) relay.start();
    await until(async () => (await waiting()) === 0);
    const asked = replicas.flatMap(({ publisher }) => [...publisher.asked]);
    expect(asked.map(([id]) => id).sort()).toEqual(ids.sort());
    expect(asked.filter(([, times]) => times !== 1)).toEqual([]);
    for (const { publisher } of replicas) expect(publisher.asked.size).toBeGreaterThan(0);
  });

  it('lose nothing when one of them dies while it publishes', async () => {
    const ids = await fill(30);
    const [dying, surviving] = replicas as [(typeof replicas)[0], (typeof replicas)[0]];
    const { promise: killed, resolve } = Promise.withResolvers<void>();
    dying.publisher.publishing = () => killed;
    dying.relay.start();
    await until(() => dying.publisher.asked.size === 30);
    await notes.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction'`,
    );
    const stopped = dying.relay.stop();
    resolve();
    await stopped;
    expect(lines).toEqual([expect.stringContaining('the outbox cannot be read')]);
    surviving.relay.start();
    await until(() => surviving.publisher.asked.size === 30);
    expect([...surviving.publisher.asked.keys()].sort()).toEqual(ids.sort());
    await until(async () => (await waiting()) === 0);
    expect(dying.publisher.total).toBe(30);
  });
});

describe('a relay whose publisher fails', () => {
  it('tries no more than one batch a second, however many events and commits there are, and says so once', async () => {
    await fill(500);
    const [{ relay, publisher }] = replicas as [(typeof replicas)[0]];
    publisher.publishing = () => Promise.reject(new Error('nobody there'));
    const began = Date.now();
    relay.start();
    const waking = setInterval(() => relay.wake(), 5).unref();
    await until(() => publisher.total >= 150);
    expect(Date.now() - began).toBeGreaterThanOrEqual((publisher.total / 50 - 1) * 1_000);
    expect(lines).toEqual([
      expect.stringMatching(
        /^warn no event can be published: event evt_\w+ \(\S+\) stays in the outbox: nobody there$/,
      ),
    ]);

    publisher.publishing = () => Promise.resolve();
    await until(async () => (await waiting()) === 0);
    clearInterval(waking);
    expect(lines.slice(1)).toEqual(['warn events can be published again']);
  });

  it('names the events that stay when others leave', async () => {
    const [first] = await fill(3);
    const [{ relay, publisher }] = replicas as [(typeof replicas)[0]];
    publisher.publishing = () =>
      publisher.asked.size === 1 ? Promise.reject(new Error('too large')) : Promise.resolve();
    relay.start();
    await until(async () => (await waiting()) === 1);
    expect(lines).toEqual([`warn event ${first} (${noteTaken.subject}) stays in the outbox: too large`]);
  });
});
