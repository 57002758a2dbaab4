import { join } from 'node:path';
import type { Started } from '@hawser/runtime';
import { throughputFigure, type Figure } from '../figure.js';
import { interleaved, type Load, type Target } from '../load.js';
import { Process } from '../processes.js';
import { must, startSystem } from '../system.js';

const dist = join(import.meta.dirname, '..');

/** Trying out a server, all services running, against doing no more than that. */
export async function probesFigure(started: Started, load: Load & { rounds: number }): Promise<Figure[]> {
  const start = async (program: string, environment: Record<string, string> = {}): Promise<string> => {
    const process = await Process.start(join(dist, program), environment, '/');
    return started.add(process, (it) => it.stop()).url;
  };
  const endpoint = `${await start('mcp-server.js')}/mcp`;
  const system = await startSystem(started);
  const { id } = await must<{ id: string }>(system, 'POST', '/api/v1/integrations', {
    name: 'probed',
    endpoint,
  });
  const path = `/api/v1/integrations/${id}/test`;
  const { status, message } = await must<{ status: string; message: string }>(system, 'POST', path);
  if (status !== 'ok') throw new Error(`the probe came to ${status}: ${message}`);

  const ours: Target = {
    url: `${system.url}${path}?workspace_id=demo`,
    method: 'POST',
    headers: { authorization: `Bearer ${system.token}` },
  };
  const floor: Target = {
    url: await start('floors/mcp-client.js', { FLOOR_ENDPOINT: endpoint }),
    method: 'POST',
  };
  const measured = await interleaved({ ours, floor }, load);
  const names = { name: 'probes through the gateway', floorName: "bare Fastify + MCP client, Node's fetch" };
  return [throughputFigure({ ...names, ...measured }, 0.5)];
}
