import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bindingsDatabase } from '@hawser/bindings';
import { directoryDatabase } from '@hawser/directory';
import { migrate } from '@hawser/persistence';
import type { Started } from '@hawser/runtime';
import { vaultDatabase } from '@hawser/vault';
import { startBacking, type Backing } from './backing.js';
import { Process } from './processes.js';

const apps = join(import.meta.dirname, '../..');

export const programOf = (app: string): string => join(apps, app, 'dist/main.js');

/** The whole system as separate processes, one of each. */
export interface System extends Backing {
  url: string;
  /** An OWNER's of workspace `demo`. */
  token: string;
}

export async function startSystem(started: Started): Promise<System> {
  const backing = await startBacking(started);
  await Promise.all(
    [directoryDatabase, bindingsDatabase, vaultDatabase].map((database) =>
      migrate(database(backing.databaseUrl)),
    ),
  );
  const token = `hws_live_${randomBytes(32).toString('base64url')}`;
  // What is tried out is on this machine.
  const egress = { HAWSER_EGRESS_ALLOW: '127.0.0.1/32' };
  const run = async (app: string, own: Record<string, string> = {}): Promise<string> => {
    const environment = { NATS_URL: backing.natsUrl, DATABASE_URL: backing.databaseUrl, ...own };
    const process = await Process.start(programOf(app), environment, '/readyz');
    return started.add(process, (it) => it.stop()).url;
  };
  const keys = { HAWSER_MASTER_KEYS: `k1:${randomBytes(32).toString('base64')}` };
  await run('vault', { ...egress, ...keys });
  await run('bindings', egress);
  await run('probe', egress);
  await run('directory', { HAWSER_BOOTSTRAP_TOKEN: token });
  const system = { ...backing, token, url: await run('gateway') };
  await welcomed(system);
  return system;
}

/** Waits until the first workspace has been made. */
async function welcomed(system: System): Promise<void> {
  while ((await ask(system, 'GET', '/api/v1/me')).status !== 200) await delay(50);
}

async function ask({ url, token }: System, method: string, path: string, body?: object): Promise<Response> {
  return fetch(new URL(path, url), {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Calls the API about workspace `demo` for what has to work. */
export async function must<Answer>(
  system: System,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await ask(system, method, `${path}?workspace_id=demo`, body);
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
