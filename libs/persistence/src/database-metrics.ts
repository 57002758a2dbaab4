import type { Pool } from 'pg';
import { Gauge } from 'prom-client';
import { readBacklog, type Backlog } from './outbox-backlog.js';

interface Watched {
  schema: string;
  pool: Pool;
}

const watched = new Set<Watched>();

/** Shows a service's pool and outbox in the metrics until the answered function is called. */
export function watchDatabase(database: Watched): () => void {
  watched.add(database);
  return () => watched.delete(database);
}

// The registry keeps the gauges; what they show is asked for at each scrape.
new Gauge({
  name: 'hawser_db_connections',
  help: 'Connections of this process to its database (used, idle), and queries that wait for one (waiting).',
  labelNames: ['schema', 'state'],
  collect() {
    this.reset();
    for (const { schema, pool } of watched) {
      this.inc({ schema, state: 'used' }, pool.totalCount - pool.idleCount);
      this.inc({ schema, state: 'idle' }, pool.idleCount);
      this.inc({ schema, state: 'waiting' }, pool.waitingCount);
    }
  },
});

let reading: Promise<Map<string, Backlog>> | undefined;

/** Both gauges of one scrape show the same reading. A schema whose outbox cannot be read is left out. */
function backlogs(): Promise<Map<string, Backlog>> {
  reading ??= readBacklogs().finally(() => (reading = undefined));
  return reading;
}

async function readBacklogs(): Promise<Map<string, Backlog>> {
  const found = new Map<string, Backlog>();
  await Promise.all(
    [...watched].map(async ({ schema, pool }) => {
      const backlog = await readBacklog(pool).catch(() => undefined);
      if (backlog !== undefined) found.set(schema, backlog);
    }),
  );
  return found;
}

new Gauge({
  name: 'hawser_outbox_events',
  help: 'Events that have not been published yet; of all replicas of a service, counted up to 100000.',
  labelNames: ['schema'],
  async collect() {
    const found = await backlogs();
    this.reset();
    for (const [schema, { events }] of found) this.set({ schema }, events);
  },
});

new Gauge({
  name: 'hawser_outbox_oldest_seconds',
  help: 'Age of the oldest event that has not been published yet; 0 when there is none.',
  labelNames: ['schema'],
  async collect() {
    const found = await backlogs();
    this.reset();
    for (const [schema, { oldestSeconds }] of found) this.set({ schema }, oldestSeconds);
  },
});
