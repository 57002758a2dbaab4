import { chmod, mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { escapeIdentifier } from 'pg';
import type { Client } from 'pg';

import { locateBinaries } from './binaries.js';
import { ensureCluster } from './cluster.js';
import { chooseIdentity } from './identity.js';
import { takeInstanceLock } from './instance-lock.js';
import { NotReadyError } from './not-ready-error.js';
import { Server } from './server.js';
import { isDurable } from './settings.js';

const DEFAULT_START_TIMEOUT_MS = 60_000;
const RETRY_MS = 50;

/** After PostgreSQL died: attempts to bring it back, waiting 0.2, 0.4, 0.8 … up to 10 seconds between them. */
const RESTART_ATTEMPTS = 10;
const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 10_000;

export interface EmbeddedPostgresOptions {
  /**
   * Made if missing, for this user alone; by root with the permission to pass through it (0711), because
   * PostgreSQL then runs under another uid. Holds `postgres/`, `postgres.log` and, if its path is short enough
   * for a socket, `socket/`.
   */
  dataDir: string;
  /** Created if missing. */
  database: string;
  log?: (line: string) => void;
  /** How long PostgreSQL may take until it answers, recovery after a crash included. Default 60 s. */
  startTimeoutMs?: number;
  /** PostgreSQL settings (`postgresql.conf` names) on top of ours. A server that already runs keeps its own. */
  settings?: Record<string, string>;
}

/**
 * A PostgreSQL server of our own in a data directory, for one instance of Hawser at a time. The server outlives
 * a crash of this process, and the next `start` takes it over; if the server dies, it is started again.
 */
export class EmbeddedPostgres {
  private readonly stopping = new AbortController();
  private stopped: Promise<void> | undefined;
  private recovery: Promise<void> | undefined;
  /** The connection that holds the instance lock. */
  private lock: Client | undefined;

  private constructor(
    /** For the `pg` package and TypeORM: the Unix socket, as superuser. */
    readonly url: string,
    private readonly dataDir: string,
    private readonly server: Server,
    lock: Client,
    private readonly startTimeoutMs: number,
    private readonly log: (line: string) => void,
  ) {
    this.hold(lock);
  }

  /**
   * Takes over the server that runs in the data directory, or starts it, after making what is missing.
   *
   * @throws InstanceLockedError when another process has it; that one is left alone
   * @throws Error with the end of PostgreSQL's log when the server does not start, and with what to do when it
   *   cannot run on this machine
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const {
      database,
      log = () => undefined,
      startTimeoutMs = DEFAULT_START_TIMEOUT_MS,
      settings = {},
    } = options;
    const binaries = locateBinaries();
    const dataDir = await makeDataDir(options.dataDir);
    const dir = path.join(dataDir, 'postgres');
    const cluster = { dataDir, dir, binaries, identity: await chooseIdentity(dataDir, dir, binaries) };
    await ensureCluster(cluster, isDurable(settings));

    const server = new Server(cluster, settings);
    const lock = await obtain(server, dataDir, startTimeoutMs);
    const instance = new EmbeddedPostgres(server.url(database), dataDir, server, lock, startTimeoutMs, log);
    try {
      await ensureDatabase(lock, database);
    } catch (error) {
      await instance.stop();
      throw error;
    }
    return instance;
  }

  /** Stops the server, breaking the connections it still has, and waits until it has ended. Idempotent. */
  stop(): Promise<void> {
    this.stopped ??= this.shutDown();
    return this.stopped;
  }

  private async shutDown(): Promise<void> {
    this.stopping.abort();
    await this.recovery;
    const lock = this.lock;
    // Lost and not regained: a server that runs now is another instance's.
    if (!lock) return;
    await this.server.stop();
    // Last: given back earlier, it would let another instance take over a server that is about to end.
    await lock.end();
  }

  /** The end of the connection is how we notice that the server died. */
  private hold(lock: Client): void {
    this.lock = lock;
    lock.once('end', () => {
      if (this.stopping.signal.aborted) return;
      this.lock = undefined;
      this.recovery = this.recover();
    });
  }

  private async recover(): Promise<void> {
    this.log('PostgreSQL ended unexpectedly; starting it again.');
    for (let attempt = 1; attempt <= RESTART_ATTEMPTS; attempt++) {
      try {
        this.hold(await obtain(this.server, this.dataDir, this.startTimeoutMs));
        this.log('PostgreSQL is back.');
        return;
      } catch (error) {
        this.log(
          `PostgreSQL is not back (attempt ${attempt} of ${RESTART_ATTEMPTS}): ${(error as Error).message}`,
        );
      }
      const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), LONGEST_BACKOFF_MS);
      await sleep(backoffMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
    }
    this.log('PostgreSQL could not be started again: see the messages above, then restart Hawser.');
  }
}

async function makeDataDir(dir: string): Promise<string> {
  const mode = process.geteuid?.() === 0 ? 0o711 : 0o700;
  const made = await mkdir(dir, { recursive: true, mode });
  // Whatever the umask took away.
  if (made !== undefined) await chmod(dir, mode);
  return realpath(dir);
}

/**
 * Sees to it that the server runs and that this process has its lock. Another process may start or stop the
 * server at the same time; whatever is seen is therefore looked at again until the lock is ours or refused.
 */
async function obtain(server: Server, dataDir: string, timeoutMs: number): Promise<Client> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    try {
      await server.ensureRunning(timeoutMs);
      return await takeInstanceLock(server.connection('postgres'), dataDir);
    } catch (error) {
      if (!(error instanceof NotReadyError)) throw error;
      if (Date.now() >= giveUpAt) {
        throw new Error(
          `PostgreSQL in ${dataDir} did not answer within ${timeoutMs / 1000} s: ${error.message}`,
          { cause: error },
        );
      }
      await sleep(RETRY_MS);
    }
  }
}

async function ensureDatabase(client: Client, database: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
}
