import { Client, escapeIdentifier } from 'pg';
import { connectTimeoutMs, createDataSource, type DatabaseOptions } from './database.js';
import type { ServiceDataSource } from './service-data-source.js';
import { reasonOf, tryUntilItWorks, type Waiting } from './try-until.js';

/** Enough for any answer to the one question that is asked. */
const answerTimeoutMs = 5_000;

/**
 * Waits until the database can be reached and the schema has every migration that this program knows; one that has more
 * is that of a newer version, and migrations are safe beside the previous one. Whatever is wrong, also what a person has
 * to mend, like a password, is logged in one line at every attempt, and waited out.
 */
export async function databaseReady(options: DatabaseOptions, { signal, log }: Waiting): Promise<void> {
  await tryUntilItWorks(() => requireMigrated(options), waitingFor(options, log), signal);
}

/** A connected DataSource: waited for when the options say so, else at once or not at all. */
export async function connectDatabase(options: DatabaseOptions): Promise<ServiceDataSource> {
  const { wait } = options;
  if (wait === undefined) return createDataSource(options).initialize();
  const connect = async (): Promise<ServiceDataSource> => {
    await requireMigrated(options);
    return createDataSource(options).initialize();
  };
  return tryUntilItWorks(connect, waitingFor(options, wait.log), wait.signal);
}

function waitingFor({ schema }: DatabaseOptions, log: Waiting['log']): (error: unknown) => void {
  return (error) => log(`waiting for the database of ${schema}: ${reasonOf(error)}`);
}

/** Rejects, saying why, unless the database can be reached and is at least as new as this program. */
async function requireMigrated({ url, schema, migrations }: DatabaseOptions): Promise<void> {
  const client = new Client({
    connectionString: url,
    application_name: `hawser-${schema}`,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
  });
  // Without a listener an error of the connection would end the process; a query says it too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `SELECT name FROM ${escapeIdentifier(schema)}.migrations`,
    );
    const applied = new Set(rows.map(({ name }) => name));
    const missing = migrations.map(({ name }) => name).filter((name) => !applied.has(name));
    if (missing.length > 0) throw new Error(`not migrated yet, ${missing.join(', ')} missing`);
  } finally {
    await client.end();
  }
}
