import { setTimeout as sleep } from 'node:timers/promises';

import { Client, DatabaseError } from 'pg';
import type { ClientConfig } from 'pg';

import { NotReadyError } from './not-ready-error.js';

/** Any number that is the same in every Hawser; advisory locks belong to a database, and this one to `postgres`. */
const INSTANCE_LOCK_KEY = 0x48_41_57_53;

/** A process that was killed a moment ago holds its lock until PostgreSQL sees its connection end. */
const GRACE_MS = 1_000;
const RETRY_MS = 50;

/** Another Hawser process runs on the same data directory. */
export class InstanceLockedError extends Error {
  constructor(readonly dataDir: string) {
    super(
      `Another Hawser is running on the data directory ${dataDir}: ` +
        'stop it, or give this one a directory of its own (HAWSER_DATA_DIR).',
    );
    this.name = 'InstanceLockedError';
  }
}

/**
 * Makes this process the only instance on the cluster for as long as the returned connection lives.
 *
 * @throws InstanceLockedError when another one is
 * @throws NotReadyError when PostgreSQL cannot be talked to now
 */
export async function takeInstanceLock(connection: ClientConfig, dataDir: string): Promise<Client> {
  const client = new Client(connection);
  // Its 'end' event follows; without a listener here the process would end instead.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const giveUpAt = Date.now() + GRACE_MS;
    while (!(await tryLock(client))) {
      if (Date.now() >= giveUpAt) throw new InstanceLockedError(dataDir);
      await sleep(RETRY_MS);
    }
    return client;
  } catch (error) {
    await client.end();
    throw isUnavailable(error) ? new NotReadyError((error as Error).message, { cause: error }) : error;
  }
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
    INSTANCE_LOCK_KEY,
  ]);
  return rows[0]?.locked === true;
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof InstanceLockedError) return false;
  // SQLSTATE classes: 53 insufficient resources, 57 operator intervention.
  return !(error instanceof DatabaseError) || /^5[37]/.test(error.code ?? '');
}
