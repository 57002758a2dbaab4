import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { eventually } from '@hawser/testing/eventually';
import { Api } from '../../harness/api.js';
import { newDataDir } from '../../harness/data-dir.js';
import { Standalone } from '../../harness/standalone.js';

const run = promisify(execFile);

describe('a first start on an empty data directory', () => {
  let system: Standalone;
  beforeAll(async () => {
    system = await Standalone.start();
  });
  afterAll(() => system.stop());

  it('prints a curl line that answers the main job as printed', async () => {
    const { stdout } = await run('sh', ['-c', system.curlLine]);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ name: 'everything', transport: 'stdio', command: 'npx', problems: [] }),
    ]);
  });

  it("makes workspace demo with one crew and one agent, and its token is the owner's", async () => {
    const api = new Api(system.gateways, system.ownerToken, 'demo');
    expect((await api.get('/api/v1/me')).body).toMatchObject({
      role: 'OWNER',
      workspace: { slug: 'demo', plan: 'team' },
    });
    expect((await api.get('/api/v1/crews')).body.crews).toHaveLength(1);
    expect((await api.get('/api/v1/agents')).body.agents).toEqual([
      expect.objectContaining({ id: system.demoAgentId }),
    ]);
  });

  it('says by the id of a request what went wrong with it', async () => {
    const api = new Api(system.gateways, system.ownerToken, 'demo');
    const client = { client_id: 'a-client', client_secret: 'a-secret' };
    await api.must('PUT', '/api/v1/oauth/providers/github/client', client);
    const { state } = await api.must('POST', '/api/v1/oauth/initiate', { provider: 'github', name: 'gh' });
    const { headers, status, text } = await api.get(
      `/api/v1/oauth/callback?error=access_denied&state=${state as string}`,
    );
    const id = headers.get('x-request-id') ?? '';
    expect([status, text]).toEqual([400, expect.stringContaining(id)]);
    await eventually(() => new RegExp(`WARN.*${id}.* at github: declined`).test(system.stdout));
  });

  it('writes nothing to standard error', () => {
    expect(system.stderr).toBe('');
  });
});

describe('a later start on the same data directory', () => {
  it('keeps everything, and the token still works', async () => {
    const dataDir = await newDataDir();
    const first = await Standalone.start({ dataDir });
    const token = first.ownerToken;
    const server = { name: 'kept', endpoint: 'https://mcp.example.com/mcp' };
    await new Api(first.gateways, token, 'demo').must('POST', '/api/v1/integrations', server);
    expect(await first.stop()).toBe(0);

    const second = await Standalone.start({ dataDir });
    expect(second.stdout).not.toContain('hws_live_');
    const { stdout } = await run('sh', ['-c', second.curlLine], {
      env: { ...process.env, HAWSER_TOKEN: token },
    });
    expect(JSON.parse(stdout)).toHaveLength(2);
    const { body } = await new Api(second.gateways, token, 'demo').get('/api/v1/integrations');
    expect((body as { name: string }[]).map(({ name }) => name)).toEqual(['everything', 'kept']);
    await second.stop();
    await rm(dataDir, { recursive: true });
  });
});
