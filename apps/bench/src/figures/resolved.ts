import { join } from 'node:path';
import type { Started } from '@hawser/runtime';
import { makeEffectiveSet } from '../effective-set.js';
import { throughputFigure, type Figure } from '../figure.js';
import { interleaved, type Load } from '../load.js';
import { Process } from '../processes.js';
import { startSystem } from '../system.js';

const floors = join(import.meta.dirname, '../floors');
const subject = 'floor.rows';

/** The main job over separate processes: 20 servers, each with a credential. */
export async function resolvedFigure(started: Started, load: Load & { rounds: number }): Promise<Figure[]> {
  const system = await startSystem(started);
  const { agentId, workspaceId } = await makeEffectiveSet(system);
  const environment = { NATS_URL: system.natsUrl, DATABASE_URL: system.databaseUrl, FLOOR_SUBJECT: subject };
  const start = async (program: string, own: Record<string, string> = {}): Promise<string> => {
    const process = await Process.start(join(floors, program), { ...environment, ...own }, '/');
    return started.add(process, (it) => it.stop()).url;
  };
  await start('rows.js', { FLOOR_WORKSPACE: workspaceId, FLOOR_AGENT: agentId });
  const floor = { url: await start('http-nats.js') };
  const ours = {
    url: `${system.url}/api/v1/agents/${agentId}/integrations/resolved?workspace_id=demo`,
    headers: { authorization: `Bearer ${system.token}` },
  };
  const measured = await interleaved({ ours, floor }, load);
  const floorName = 'bare Fastify + NATS + one SQL query, same rows + one INSERT';
  return [throughputFigure({ name: 'resolved, 20 servers, distributed', floorName, ...measured }, 0.6)];
}
