import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import type { Started } from '@hawser/runtime';
import type { Backing } from './backing.js';

/** Two processes of each replica while one is being replaced, each with a pool of up to 20. */
const maxConnections = '200';

export interface PostgresOptions {
  dataDir: string;
  /** Takes a line about the server. */
  say: (line: string) => void;
  /** Called when another process serves, or none. */
  changed: () => void;
}

/** The embedded PostgreSQL of a data directory. It ends with this process, also when that is cut short. */
export async function startPostgres(
  { dataDir, say, changed }: PostgresOptions,
  started: Started,
): Promise<Backing> {
  const postgres = await EmbeddedPostgres.start({
    dataDir,
    database: 'hawser',
    settings: { max_connections: maxConnections },
    // It starts again by itself, and says so.
    log: (line) => {
      say(line);
      changed();
    },
  });
  const pid = (): number | null => postmasterPid(dataDir);
  const endAtExit = (): void => {
    const server = pid();
    if (server === null) return;
    try {
      // Its fast shutdown.
      process.kill(server, 'SIGINT');
    } catch {
      // It was killed itself, and has left its file behind.
    }
  };
  process.once('exit', endAtExit);
  started.add(postgres, async () => {
    await postgres.stop();
    process.off('exit', endAtExit);
  });
  return { url: postgres.url, pid };
}

function postmasterPid(dataDir: string): number | null {
  try {
    return Number.parseInt(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8')) || null;
  } catch {
    return null;
  }
}
