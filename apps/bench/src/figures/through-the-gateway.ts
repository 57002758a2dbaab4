import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Started } from '@hawser/runtime';
import { startBacking } from '../backing.js';
import { server } from '../examples.js';
import { throughputFigure, type Figure } from '../figure.js';
import { interleaved, type Load, type Target } from '../load.js';
import { Process } from '../processes.js';
import { programOf } from '../system.js';

const dist = join(import.meta.dirname, '..');
const subject = 'floor.echo';

/** The gateway's own work: an authenticated GET that it answers itself, and one that it takes to a service. */
export async function throughTheGateway(
  started: Started,
  load: Load & { rounds: number },
): Promise<Figure[]> {
  const { natsUrl } = await startBacking(started);
  const start = async (
    program: string,
    environment: Record<string, string>,
    ready: string,
  ): Promise<string> => {
    const process = await Process.start(program, { NATS_URL: natsUrl, ...environment }, ready);
    return started.add(process, (it) => it.stop()).url;
  };
  await start(join(dist, 'stand-in.js'), {}, '/readyz');
  const gateway = await start(programOf('gateway'), {}, '/readyz');
  const headers = { authorization: `Bearer hws_live_${'a'.repeat(43)}` };
  const me: Target = { url: `${gateway}/api/v1/me`, headers };
  const get: Target = { url: `${gateway}/api/v1/integrations/${server.id}?workspace_id=demo`, headers };

  const folder = await mkdtemp(join(tmpdir(), 'hawser-bench-'));
  started.add(folder, (it) => rm(it, { recursive: true, force: true }));
  const bodyOf = async ({ url }: Target, file: string): Promise<string> => {
    const path = join(folder, file);
    await writeFile(path, new Uint8Array(await (await fetch(url, { headers })).arrayBuffer()));
    return path;
  };
  const http = await start(join(dist, 'floors/http.js'), { FLOOR_BODY: await bodyOf(me, 'me') }, '/');
  const echoes = { FLOOR_BODY: await bodyOf(get, 'get'), FLOOR_SUBJECT: subject };
  await start(join(dist, 'floors/echo.js'), echoes, '/');
  const httpNats = await start(join(dist, 'floors/http-nats.js'), { FLOOR_SUBJECT: subject }, '/');

  const one = await interleaved({ ours: me, floor: { url: http } }, load);
  const two = await interleaved({ ours: get, floor: { url: httpNats } }, load);
  return [
    throughputFigure(
      { name: 'authenticated GET through the gateway', floorName: 'bare Fastify, same body', ...one },
      0.55,
    ),
    throughputFigure(
      { name: 'gateway → NATS → service', floorName: 'bare Fastify + NATS echo', ...two },
      0.8,
    ),
  ];
}
