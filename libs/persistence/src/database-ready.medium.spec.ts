import { testDatabase, type TestDatabase } from '@hawser/testing';
import type { DatabaseOptions } from './database.js';
import { connectDatabase, databaseReady } from './database-ready.js';
import { migrate, runMigrations } from './migrate.js';
import { CreateNotes1700000000000, notesOptions } from './testing/notes.js';
import { until } from './testing/until.js';

class AddStars1700000000001 {
  up(): Promise<void> {
    return Promise.resolve();
  }
  down(): Promise<void> {
    return Promise.resolve();
  }
}

let database: TestDatabase;
let options: DatabaseOptions;
let lines: string[];
const log = (line: string): void => void lines.push(line);

beforeEach(async () => {
  database = await testDatabase();
  options = notesOptions(database.url);
  lines = [];
});
afterEach(() => database.drop());

/** What a program is told that waits for this database. */
async function firstLine(waitingFor: DatabaseOptions): Promise<string | undefined> {
  const stop = new AbortController();
  const waiting = databaseReady(waitingFor, { signal: stop.signal, log });
  const stopped = expect(waiting).rejects.toThrow();
  await until(() => lines.length > 0);
  stop.abort();
  await stopped;
  return lines[0];
}

describe('a program that waits for its database', () => {
  it('goes on when the migrations have run', async () => {
    const waiting = databaseReady(options, { log });
    await until(() => lines.length > 0);
    expect(lines[0]).toBe('waiting for the database of notes: relation "notes.migrations" does not exist');
    await migrate(options);
    await waiting;
  });

  it('waits for the last migration it knows', async () => {
    await migrate(options);
    const newer = { ...options, migrations: [CreateNotes1700000000000, AddStars1700000000001] };
    expect(await firstLine(newer)).toBe(
      'waiting for the database of notes: not migrated yet, AddStars1700000000001 missing',
    );
  });

  it('takes a database that is newer', async () => {
    await migrate({ ...options, migrations: [CreateNotes1700000000000, AddStars1700000000001] });
    await databaseReady(options, { log });
    expect(lines).toEqual([]);
  });

  it.each([
    ['a server that is not there', (url: string) => url.replace(/\?.*/, '?host=/nowhere'), /ENOENT/],
    ['a database that is not there', (url: string) => url.replace(/test_\w+/, 'none'), /"none" does not/],
    ['a role that is not there', (url: string) => url.replace(/\/\/\w+/, '//nobody'), /"nobody" does not/],
  ])('says in one line that it waits for %s', async (_, change, expected) => {
    const url = change(options.url);
    expect(url).not.toBe(options.url);
    expect(await firstLine({ ...options, url })).toMatch(expected);
  });

  it('gets its DataSource when the database is ready, if it asked for that', async () => {
    const connecting = connectDatabase({ ...options, wait: { log } });
    await until(() => lines.length > 0);
    await migrate(options);
    const dataSource = await connecting;
    expect(await dataSource.query(`SELECT count(*)::int AS n FROM notes`)).toEqual([{ n: 0 }]);
    await dataSource.destroy();
  });

  it('hears of a database that is away at once, if it did not', async () => {
    const url = 'postgresql://nobody@127.0.0.1:1/none';
    await expect(connectDatabase({ ...options, url })).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('a migration program', () => {
  it('says what it did, and the second time that there was nothing to do', async () => {
    const both = { ...options, migrations: [CreateNotes1700000000000, AddStars1700000000001] };
    await runMigrations(both, { log });
    await runMigrations(both, { log });
    expect(lines).toEqual([
      'schema notes created',
      'schema notes: CreateNotes1700000000000 applied',
      'schema notes: AddStars1700000000001 applied',
      'schema notes is up to date',
    ]);
  });

  it('waits for PostgreSQL, but not for ever', async () => {
    const url = 'postgresql://nobody@127.0.0.1:1/none';
    const giveUp = runMigrations({ ...options, url }, { log, waitMs: 2_500 });
    await expect(giveUp).rejects.toThrow(/ECONNREFUSED/);
    expect(lines[0]).toBe('waiting for the database of notes: connect ECONNREFUSED 127.0.0.1:1');
    expect(lines.length).toBeGreaterThan(1);
  });

  it('fails at once when a migration fails', async () => {
    class Broken1700000000002 extends AddStars1700000000001 {
      override up(): Promise<void> {
        return Promise.reject(new Error('cannot be'));
      }
    }
    const running = runMigrations({ ...options, migrations: [Broken1700000000002] }, { log });
    await expect(running).rejects.toThrow('cannot be');
    expect(lines).toEqual(['schema notes created']);
  });
});
