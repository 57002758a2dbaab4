import type { EventEnvelope } from '@hawser/messaging';
import { EventPublisher } from './event-publisher.js';
import { OutboxRelay } from './outbox-relay.js';
import { Inbox } from './inbox.js';
import { context, notesDatabase, noteTaken, type NotesDatabase } from './testing/notes.js';
import { until } from './testing/until.js';
import { UnitOfWork } from './unit-of-work.js';

class RecordingPublisher extends EventPublisher {
  readonly published: EventEnvelope[] = [];
  failures = 0;

  publish(envelope: EventEnvelope): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('nobody there'));
    }
    this.published.push(envelope);
    return Promise.resolve();
  }
}

describe('a unit of work', () => {
  let notes: NotesDatabase;
  let publisher: RecordingPublisher;
  let relay: OutboxRelay;
  let unitOfWork: UnitOfWork;

  beforeEach(async () => {
    notes = await notesDatabase();
    publisher = new RecordingPublisher();
    relay = new OutboxRelay(notes.dataSource, publisher);
    relay.start();
    unitOfWork = new UnitOfWork(notes.dataSource, relay);
  });
  afterEach(async () => {
    await relay.stop();
    await notes.close();
  });

  const takeNote = (id: string, idempotencyKey?: string): Promise<{ id: string }> =>
    unitOfWork.create(
      { ...context, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) },
      { subject: 'notes.take', request: { id } },
      async (transaction) => {
        await transaction.manager.query(`INSERT INTO notes (id) VALUES ($1)`, [id]);
        await transaction.emit(noteTaken, { id });
        return { id };
      },
    );
  const count = async (table: string): Promise<number> => {
    const [row] = await notes.dataSource.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM ${table}`);
    return row?.n ?? -1;
  };

  it('publishes what it told, with who did it, and keeps nothing in the outbox', async () => {
    await takeNote('a');
    await until(() => publisher.published.length === 1);
    expect(publisher.published[0]).toMatchObject({
      subject: noteTaken.subject,
      workspace_id: 'ws_1',
      actor: { id: 'tok_1' },
      request_id: 'req_1',
      data: { id: 'a' },
    });
    await relay.stop();
    expect(await count('outbox')).toBe(0);
  });

  it('leaves neither change nor event when it throws', async () => {
    const failing = unitOfWork.run(context, async (transaction) => {
      await transaction.manager.query(`INSERT INTO notes (id) VALUES ('b')`);
      await transaction.emit(noteTaken, { id: 'b' });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await count('notes')).toBe(0);
    expect(await count('outbox')).toBe(0);
  });

  it('keeps an event that could not be published and tries again', async () => {
    publisher.failures = 2;
    await takeNote('c');
    await until(() => publisher.published.length === 1);
    expect(publisher.published[0]?.data).toEqual({ id: 'c' });
  });

  it('goes on trying after any number of failures, and holds nothing else up', async () => {
    publisher.failures = 1;
    await relay.stop();
    await takeNote('long-failing');
    await notes.dataSource.query(`UPDATE outbox SET attempts = 1000`);
    relay.start();
    await until(() => publisher.failures === 0);
    await takeNote('other');
    await until(() => publisher.published.length === 1);
    await relay.stop();
    const waiting = `SELECT attempts, next_attempt_at > now() + interval '50 seconds' AS later FROM outbox`;
    expect(await notes.dataSource.query(waiting)).toEqual([{ attempts: 1001, later: true }]);
  });

  it('answers a repeated Idempotency-Key as the first time, also when both arrive at once', async () => {
    const answers = await Promise.all([takeNote('d', 'key'), takeNote('d', 'key'), takeNote('d', 'key')]);
    expect(answers).toEqual([{ id: 'd' }, { id: 'd' }, { id: 'd' }]);
    expect(await count('notes')).toBe(1);
  });

  it('refuses an Idempotency-Key that comes with another request', async () => {
    await takeNote('e', 'key');
    await expect(takeNote('f', 'key')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await count('notes')).toBe(1);
  });

  it('knows a repeated request whatever order its fields come in', async () => {
    const ask = (request: object): Promise<{ id: string }> =>
      unitOfWork.create({ ...context, idempotencyKey: 'key' }, { subject: 'notes.take', request }, () =>
        Promise.resolve({ id: 'first' }),
      );
    await ask({ a: 1, b: [{ c: 1, d: 2 }] });
    await expect(ask({ b: [{ d: 2, c: 1 }], a: 1 })).resolves.toEqual({ id: 'first' });
    await expect(ask({ b: [{ d: 3, c: 1 }], a: 1 })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  it('forgets a key whose request failed', async () => {
    await takeNote('g');
    await expect(takeNote('g', 'key')).rejects.toThrow(/duplicate key/);
    await expect(takeNote('h', 'key')).resolves.toEqual({ id: 'h' });
  });

  it('forgets a key after 24 hours', async () => {
    await takeNote('i', 'key');
    await notes.dataSource.query(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours'`);
    await expect(takeNote('j', 'key')).resolves.toEqual({ id: 'j' });
  });

  it('does not store what an answer may not keep', async () => {
    const secretive = (): Promise<{ secret: string | null }> =>
      unitOfWork.create(
        { ...context, idempotencyKey: 'key' },
        { subject: 'notes.secret', request: {}, remembered: () => ({ secret: null }) },
        () => Promise.resolve<{ secret: string | null }>({ secret: 'canary' }),
      );
    expect(await secretive()).toEqual({ secret: 'canary' });
    expect(await secretive()).toEqual({ secret: null });
    expect(JSON.stringify(await notes.dataSource.query(`SELECT * FROM idempotency_keys`))).not.toContain(
      'canary',
    );
  });

  it('handles a redelivered event once, and again when handling failed', async () => {
    const inbox = new Inbox(notes.dataSource);
    const write = (): Promise<void> =>
      inbox.once('evt_1', async (manager) => {
        await manager.query(`INSERT INTO notes (id) VALUES ('once')`);
      });
    await expect(inbox.once('evt_1', () => Promise.reject(new Error('not now')))).rejects.toThrow('not now');
    await Promise.all([write(), write(), write()]);
    expect(await count('notes')).toBe(1);
  });
});
