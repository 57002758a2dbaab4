import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, QueryConfig } from 'pg';
import { madeAtMs } from './ids.js';

export interface Backlog {
  events: number;
  /** Age of the event that has waited longest; 0 without events. */
  oldestSeconds: number;
}

/** A scrape must not wait for a database that is away. */
const giveUpAfterMs = 1_000;
const mostCounted = 100_000;

// Ids begin with the time they were made at, and the primary key has them in that order.
const query: QueryConfig & { query_timeout: number } = {
  text: `SELECT (SELECT count(*)::int FROM (SELECT FROM outbox LIMIT ${mostCounted}) AS counted) AS events,
                (SELECT min(id) FROM outbox) AS oldest`,
  query_timeout: giveUpAfterMs,
};

/** What still waits in a service's outbox. Rejects when the database does not say so within a second. */
export async function readBacklog(pool: Pool): Promise<Backlog> {
  const answered = new AbortController();
  const late = delay(giveUpAfterMs, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`no answer within ${giveUpAfterMs} ms`);
  });
  try {
    const { rows } = await Promise.race([pool.query<{ events: number; oldest: string | null }>(query), late]);
    const { events = 0, oldest = null } = rows[0] ?? {};
    const oldestSeconds = oldest === null ? 0 : Math.max(0, Date.now() - madeAtMs(oldest)) / 1000;
    return { events, oldestSeconds };
  } finally {
    answered.abort();
  }
}
