import { escapeIdentifier } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource, type DatabaseOptions } from './database.js';
import { databaseUnavailable } from './database-unavailable.js';
import { reasonOf, tryUntilItWorks, type Waiting } from './try-until.js';

/**
 * Brings the schema up to date, and logs what it does. Safe to run twice and from several processes at once: an advisory
 * lock lets one pass at a time, and the others find nothing left to do. The schema is made if it is missing, for which
 * the role needs CREATE on the database; in a schema that is there it needs CREATE on that schema.
 */
export async function migrate(
  options: DatabaseOptions,
  log: (line: string) => void = () => undefined,
): Promise<void> {
  const { schema } = options;
  const dataSource = await createDataSource({ ...options, poolSize: 2, statementTimeoutMs: 0 }).initialize();
  const gate = dataSource.createQueryRunner();
  try {
    await gate.query(`SELECT pg_advisory_lock(hashtext($1))`, [`hawser.migrate.${schema}`]);
    if (await createSchema(dataSource, schema)) log(`schema ${schema} created`);
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    for (const { name } of applied) log(`schema ${schema}: ${name} applied`);
    if (applied.length === 0) log(`schema ${schema} is up to date`);
  } finally {
    await gate.release();
    await dataSource.destroy();
  }
}

/** Looks first: `CREATE SCHEMA IF NOT EXISTS` needs the privilege to create even where there is nothing to do. */
async function createSchema(dataSource: DataSource, schema: string): Promise<boolean> {
  const found = await dataSource.query<unknown[]>(`SELECT FROM pg_namespace WHERE nspname = $1`, [schema]);
  if (found.length > 0) return false;
  await dataSource.query(`CREATE SCHEMA ${escapeIdentifier(schema)}`);
  return true;
}

const defaultWaitMs = 300_000;

/**
 * What a migration program does: waits until PostgreSQL can be reached and lets it in, at most `waitMs` (default five
 * minutes), migrates, and logs in lines what it did.
 * @throws the database's error when it does not let it in for that long, and at once when a migration fails
 */
export async function runMigrations(
  options: DatabaseOptions,
  { log, signal, waitMs = defaultWaitMs }: Waiting & { waitMs?: number },
): Promise<void> {
  const giveUpAtMs = Date.now() + waitMs;
  const waitOrThrow = (error: unknown): void => {
    if (databaseUnavailable(error) === undefined || Date.now() >= giveUpAtMs) throw error;
    log(`waiting for the database of ${options.schema}: ${reasonOf(error)}`);
  };
  await tryUntilItWorks(() => migrate(options, log), waitOrThrow, signal);
}
