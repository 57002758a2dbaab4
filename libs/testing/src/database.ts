import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export interface TestDatabase {
  /** Of an empty database that nobody else uses. */
  url: string;
  drop(): Promise<void>;
}

/** A database of one's own on the PostgreSQL that the test run started (see `tools/start-test-servers.mjs`). */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env.HAWSER_TEST_DATABASE_URL;
  if (server === undefined)
    throw new Error('no test database: run the specs through `npm run jest`, which starts one');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await run(server, `CREATE DATABASE ${name}`);
  return {
    url: server.replace(/\/[^/?]*(\?|$)/, `/${name}$1`),
    drop: () => run(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function run(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
