import { register } from 'prom-client';
import { fromUUID } from 'typeid-js';
import { createDataSource } from './database.js';
import { newId } from './ids.js';
import { notesDatabase, type NotesDatabase } from './testing/notes.js';
import { until } from './testing/until.js';

let notes: NotesDatabase;
beforeEach(async () => {
  notes = await notesDatabase();
});
afterEach(() => notes.close());

/** The samples of one metric, as they are scraped: labels and value. */
async function samples(name: string): Promise<string[]> {
  const lines = (await register.getSingleMetricAsString(name)).split('\n');
  return lines.filter((line) => line.startsWith(`${name}{`)).map((line) => line.slice(name.length));
}
const put = (id: string): Promise<unknown> =>
  notes.dataSource.query(`INSERT INTO outbox (id, envelope) VALUES ($1, '{}')`, [id]);

it('counts the events in the outbox and says how old the oldest is, however often it was tried', async () => {
  expect(await samples('hawser_outbox_events')).toEqual(['{schema="notes"} 0']);
  expect(await samples('hawser_outbox_oldest_seconds')).toEqual(['{schema="notes"} 0']);
  const minuteAgo = Math.floor(Date.now() - 60_000)
    .toString(16)
    .padStart(12, '0');
  await put(newId('evt'));
  await put(fromUUID(`${minuteAgo.slice(0, 8)}-${minuteAgo.slice(8)}-7cc3-98c4-dc0c0c07398f`, 'evt'));
  await notes.dataSource.query(`UPDATE outbox SET attempts = 9, next_attempt_at = now() + interval '1 hour'`);
  expect(await samples('hawser_outbox_events')).toEqual(['{schema="notes"} 2']);
  const [oldest = ''] = await samples('hawser_outbox_oldest_seconds');
  const seconds = Number(oldest.split(' ')[1]);
  expect(seconds).toBeGreaterThanOrEqual(60);
  expect(seconds).toBeLessThan(70);
});

it('shows the connections in use, free and waited for, of all pools on the schema', async () => {
  const other = await createDataSource({ ...notes.options, poolSize: 1 }).initialize();
  const holder = notes.dataSource.createQueryRunner();
  await holder.query(`SELECT pg_advisory_lock(1)`);
  const busy = [1, 2, 3].map(() => other.query(`SELECT pg_advisory_xact_lock(1)`));
  await until(async () => {
    const shown = await samples('hawser_db_connections');
    return ['used"} 2', 'waiting"} 2'].every((end) => shown.some((line) => line.endsWith(end)));
  });
  await holder.query(`SELECT pg_advisory_unlock(1)`);
  await holder.release();
  await Promise.all(busy);
  await until(async () => (await samples('hawser_db_connections')).some((line) => line.endsWith('idle"} 2')));
  await other.destroy();
});

it('shows nothing of a database that it has left', async () => {
  const other = await createDataSource({ ...notes.options, schema: 'elsewhere' }).initialize();
  const shown = async (): Promise<string[]> =>
    (await samples('hawser_db_connections')).filter((line) => line.includes('elsewhere'));
  expect(await shown()).toHaveLength(3);
  await other.destroy();
  expect(await shown()).toEqual([]);
});

it('is scraped in time when the outbox cannot be read, and leaves it out', async () => {
  const locker = notes.dataSource.createQueryRunner();
  await locker.startTransaction();
  await locker.query(`LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE`);
  const before = Date.now();
  expect(await samples('hawser_outbox_events')).toEqual([]);
  expect(await samples('hawser_outbox_oldest_seconds')).toEqual([]);
  // A second for each, where any other query has ten.
  expect(Date.now() - before).toBeLessThan(8_000);
  await locker.rollbackTransaction();
  await locker.release();
  expect(await samples('hawser_outbox_events')).toEqual(['{schema="notes"} 0']);
});
