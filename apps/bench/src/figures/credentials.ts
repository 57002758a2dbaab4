import { join } from 'node:path';
import { migrate } from '@hawser/persistence';
import type { Started } from '@hawser/runtime';
import { vaultDatabase } from '@hawser/vault';
import { startBacking } from '../backing.js';
import { throughputFigure, type Figure } from '../figure.js';
import { interleaved, type Load, type Measured } from '../load.js';
import { Process } from '../processes.js';

const dist = join(import.meta.dirname, '..');
/** Within one request, one after the other: so HTTP, which both sides have alike, is no part of what is measured. */
const readsPerRequest = 20;
const workspaces = 50;
const credentials = 1_000;

/**
 * What the vault does to have a credential's value in hand, in its own process and without the way there: find it by id or
 * name, decide by its status and times, unwrap the workspace's data key, open the value. The floor reads the same rows
 * (credential, secret, data key) by their primary keys in a prepared query, and opens the value with a key that it has.
 */
export async function credentialsFigure(
  started: Started,
  load: Load & { rounds: number },
): Promise<Figure[]> {
  const { databaseUrl } = await startBacking(started);
  await migrate(vaultDatabase(databaseUrl));
  const environment = {
    DATABASE_URL: databaseUrl,
    BENCH_READS: String(readsPerRequest),
    BENCH_WORKSPACES: String(workspaces),
    BENCH_CREDENTIALS: String(credentials),
  };
  const start = async (program: string): Promise<{ url: string }> => {
    const process = await Process.start(join(dist, program), environment, '/');
    return { url: started.add(process, (it) => it.stop()).url };
  };
  const targets = { ours: await start('vault-reads.js'), floor: await start('floors/sealed-rows.js') };
  const { ours, floor } = await interleaved(targets, load);
  return [
    throughputFigure(
      {
        name: 'credential read + decrypt',
        floorName: 'primary-key read + AES-GCM',
        ours: ours.map(ofOneRead),
        floor: floor.map(ofOneRead),
      },
      0.7,
    ),
  ];
}

function ofOneRead({ requestsPerSecond, latencyMs }: Measured): Measured {
  return {
    requestsPerSecond: requestsPerSecond * readsPerRequest,
    latencyMs: latencyMs / readsPerRequest,
  };
}
