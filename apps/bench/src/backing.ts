import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedNats } from '@hawser/embedded-nats';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import type { Started } from '@hawser/runtime';

export interface Backing {
  natsUrl: string;
  databaseUrl: string;
}

/** A NATS server and a PostgreSQL of their own, thrown away afterwards. */
export async function startBacking(started: Started): Promise<Backing> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hawser-bench-'));
  // Where this runs as root, PostgreSQL runs as somebody else, who has to pass.
  await chmod(dataDir, 0o711);
  started.add(dataDir, (folder) => rm(folder, { recursive: true, force: true }));
  const postgres = await EmbeddedPostgres.start({ dataDir, database: 'hawser' });
  started.add(postgres, (it) => it.stop());
  const nats = await EmbeddedNats.start();
  started.add(nats, (it) => it.stop());
  return { natsUrl: nats.url, databaseUrl: postgres.url };
}
