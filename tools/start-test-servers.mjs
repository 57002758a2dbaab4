/** Jest's globalSetup for the medium specs: one PostgreSQL and one NATS for the whole run, thrown away afterwards. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '../libs/embedded-postgres/dist/index.js';
import { startNatsServer } from '../libs/testing/dist/index.js';

export default async function startTestServers() {
  const dataDir = await mkdtemp(join(tmpdir(), 'hawser-test-'));
  // Nothing in it has to survive a crash.
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '300',
  };
  const postgres = await EmbeddedPostgres.start({ dataDir, database: 'hawser_test', settings });
  process.env.HAWSER_TEST_DATABASE_URL = postgres.url;
  const nats = await startNatsServer();
  process.env.NATS_URL = nats.url;
  globalThis.hawserTestServers = { postgres, nats, dataDir };
}
