import { rm } from 'node:fs/promises';
import { eventually } from '@hawser/testing/eventually';
import { Api, type Json } from '../../harness/api.js';
import { endPostgres, postmasterPid, processesOn } from '../../harness/processes.js';
import { newDataDir } from '../../harness/data-dir.js';
import { Standalone } from '../../harness/standalone.js';
import { unique } from '../../harness/tenant.js';
import { beginGet, beginPost, hammer, idleConnection } from '../../harness/traffic.js';

const servers = '/api/v1/integrations';
/** Half of what a connection has that says nothing. */
const stopsWithinMs = 15_000;

const newServer = (): { name: string; endpoint: string } => ({
  name: unique('server'),
  endpoint: 'https://mcp.example.com/mcp',
});

let dataDir: string;
let token: string;
let agentId: string;
/** Each test leaves it stopped. */
let system: Standalone;

const start = async (): Promise<Api> => {
  system = await Standalone.start({ dataDir });
  return new Api(system.gateways, token, 'demo');
};
const namesIn = async (api: Api): Promise<string[]> =>
  ((await api.must('GET', `${servers}?limit=1000`)) as Json[]).map(({ name }) => name as string);

beforeAll(async () => {
  dataDir = await newDataDir();
  system = await Standalone.start({ dataDir });
  token = system.ownerToken;
  agentId = system.demoAgentId;
  await system.stop();
});
afterEach(() => system.stop());
afterAll(async () => {
  await endPostgres(dataDir);
  await rm(dataDir, { recursive: true });
});

describe('asked to stop', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s, it exits with 0 and ends PostgreSQL too',
    async (signal) => {
      await start();
      expect(await processesOn(dataDir)).not.toEqual([]);
      expect(await system.stop(signal)).toBe(0);
      expect(await processesOn(dataDir)).toEqual([]);
      expect(await postmasterPid(dataDir)).toBeUndefined();
      expect(system.stdout).toMatch(/Stopped\.\n$/);
    },
  );

  it('finishes a request whose body is still arriving, and keeps what it wrote', async () => {
    const api = await start();
    const body = newServer();
    const underWay = await beginPost(api, servers, body);
    // An answer on another connection shows that the program has got round to this one too.
    await api.must('GET', servers);
    const stopped = system.stop();
    await eventually(() => system.stdout.includes('Stopping'));
    const { result } = await underWay.finish();
    expect([result, await stopped]).toEqual([201, 0]);
    expect(await namesIn(await start())).toContain(body.name);
  });

  it('answers a request whose headers are still arriving', async () => {
    const api = await start();
    const holdsItOpen = await beginPost(api, servers, newServer());
    const underWay = await beginGet(api, servers);
    await api.must('GET', servers);
    const stopped = system.stop();
    await eventually(() => system.stdout.includes('Stopping'));
    const statusLine = await underWay.finish();
    await holdsItOpen.finish();
    await stopped;
    expect(statusLine).toBe('HTTP/1.1 200 OK');
  });

  it('answers every request that it has taken, and does nothing without answering', async () => {
    const api = await start();
    const before = new Set(await namesIn(api));
    const callers = Array.from({ length: 12 }, () => hammer(api, 'POST', servers, newServer));
    await eventually(async () => (await namesIn(api)).length > before.size + 100);
    await system.stop();
    const outcomes = (await Promise.all(callers)).flat();

    const acknowledged = outcomes
      .filter(({ result }) => result === 201)
      .map(({ body }) => JSON.parse(body).name);
    const found = (await namesIn(await start())).filter((name) => !before.has(name));
    expect(found.sort()).toEqual(acknowledged.sort());
    // A connection that the kernel has taken and the program has not yet accepted is reset; no program can help that.
    const results = new Set(outcomes.map(({ result }) => result));
    results.delete('ECONNRESET');
    expect(results).toEqual(new Set([201, 'ECONNREFUSED']));
  });

  it('does not wait for a connection that is open and idle', async () => {
    const api = await start();
    const connection = await idleConnection(api);
    const began = performance.now();
    expect(await system.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(stopsWithinMs);
    connection.close();
  });

  it('while it is still starting, it ends in order all the same', async () => {
    system = await Standalone.spawn({ dataDir });
    await eventually(async () => (await processesOn(dataDir)).length > 0);
    expect(await system.stop('SIGINT')).toBe(0);
    expect(await processesOn(dataDir)).toEqual([]);
  });
});

describe('killed', () => {
  it('in the middle of writing, it has every change after a restart that it had acknowledged', async () => {
    const api = await start();
    const before = (await namesIn(api)).length;
    const callers = Array.from({ length: 8 }, () => hammer(api, 'POST', servers, newServer));
    await eventually(async () => (await namesIn(api)).length > before + 50);
    await system.kill();
    const outcomes = (await Promise.all(callers)).flat();
    const acknowledged = outcomes
      .filter(({ result }) => result === 201)
      .map(({ body }) => JSON.parse(body).name);
    expect(acknowledged.length).toBeGreaterThan(50);

    const postgres = await postmasterPid(dataDir);
    expect(await processesOn(dataDir)).not.toEqual([]);
    const found = new Set(await namesIn(await start()));
    expect(acknowledged.filter((name) => !found.has(name))).toEqual([]);
    expect(await postmasterPid(dataDir)).toBe(postgres);
  });
});

describe('when PostgreSQL is killed', () => {
  it('it answers problems and not silence, brings PostgreSQL back by itself, and has kept everything', async () => {
    const api = await start();
    const path = `/api/v1/agents/${agentId}/integrations/resolved`;
    const before = await api.get(path);
    const kept = newServer();
    await api.must('POST', servers, kept);
    await api.must('PATCH', `/api/v1/agents/${agentId}`, { name: 'demo-agent' });

    const postgres = await postmasterPid(dataDir);
    process.kill(postgres as number, 'SIGKILL');
    const began = performance.now();
    const meanwhile: string[] = [];
    const deadline = (): AbortSignal => AbortSignal.timeout(12_000);
    await eventually(async () => {
      const answer = await fetch(`${system.url}${path}?workspace_id=demo`, {
        headers: { authorization: `Bearer ${token}` },
        signal: deadline(),
      });
      const type = answer.headers.get('content-type')?.split(';')[0];
      await answer.text();
      if (answer.status !== 200) meanwhile.push(`${answer.status} ${type}`);
      return answer.status === 200 && (await postmasterPid(dataDir)) !== postgres;
    }, 30_000);
    process.stdout.write(`PostgreSQL killed: back after ${Math.round(performance.now() - began)} ms\n`);

    for (const answer of meanwhile) expect(answer).toMatch(/^50[034] application\/problem\+json$/);
    expect(await namesIn(api)).toContain(kept.name);
    expect((await api.get(path)).status).toBe(200);
    expect((await api.post(servers, newServer())).status).toBe(201);
    expect(before.status).toBe(200);
    expect(system.process.exitCode).toBeNull();
    await eventually(() => system.stderr.includes('PostgreSQL is back.'));
  });
});
