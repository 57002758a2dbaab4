import {
  deleteAgent,
  deleteCrew,
  deleteWorkspace,
  getAgent,
  getCrew,
  getWorkspace,
  listAudit,
  listMembers,
  createWorkspace,
} from '@hawser/contracts/directory';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { DirectoryHarness } from '../testing/directory-harness.js';
import { newSecret } from '../tokens/token-secret.js';
import { DemoService, type Demo } from './demo.service.js';

let database: TestDatabase;
let directory: DirectoryHarness;

beforeEach(async () => {
  database = await testDatabase();
  directory = await DirectoryHarness.start(database.url);
});
afterEach(async () => {
  await directory.stop();
  await database.drop();
});

async function ensure(token?: string): Promise<Demo> {
  const demo = await directory.get(DemoService).ensure(token === undefined ? {} : { token });
  if (demo === null) throw new Error('there is no demo');
  return demo;
}

describe('on an empty database', () => {
  it('makes a workspace with an owner, a crew and an agent, that can be used at once', async () => {
    const demo = await ensure();
    expect(demo).toMatchObject({ made: true, workspace_slug: 'demo' });
    expect(demo.owner_token).toMatch(/^hws_live_/);
    const owner = await directory.caller(demo.owner_token ?? '');
    expect(owner.context.actor).toMatchObject({
      kind: 'user',
      role: 'OWNER',
      user_id: expect.stringMatching(/^usr_/),
    });
    expect(await owner.call(getWorkspace, {})).toMatchObject({
      id: demo.workspace_id,
      name: 'Demo',
      plan: 'team',
    });
    expect(await owner.call(getCrew, { crew_id: demo.crew_id ?? '' })).toMatchObject({ name: 'Demo crew' });
    expect(await owner.call(getAgent, { agent_id: demo.agent_id ?? '' })).toMatchObject({
      name: 'demo-agent',
      crew_id: demo.crew_id,
      owner_id: owner.userId,
    });
    expect((await owner.call(listMembers, {})).members).toHaveLength(1);
    expect((await owner.call(listAudit, {})).entries).toMatchObject([
      { action: 'workspace.created', actor_kind: 'system', actor_id: 'directory' },
    ]);
  });

  it('takes the token it is given', async () => {
    const token = newSecret('live');
    expect(await ensure(token)).toMatchObject({ made: true, owner_token: token });
    expect(await directory.authorise(token)).toMatchObject({ role: 'OWNER', workspace: { slug: 'demo' } });
  });

  it('has it furnished by others, or makes none', async () => {
    const service = directory.get(DemoService);
    const furnish = (): Promise<void> => Promise.reject(new Error('out of furniture'));
    await expect(service.ensure({ furnish })).rejects.toThrow('out of furniture');
    const furnished: string[] = [];
    const demo = await service.ensure({ furnish: (id) => Promise.resolve(void furnished.push(id)) });
    expect(furnished).toEqual([demo?.workspace_id]);
    await service.ensure({ furnish });
  });

  it('makes one, when two processes start at once', async () => {
    const made = await Promise.all([ensure(), ensure()]);
    expect(made.map((demo) => demo.made).sort()).toEqual([false, true]);
    expect(made[0].workspace_id).toBe(made[1].workspace_id);
  });
});

describe('at a later start', () => {
  it('finds what there is, without the token', async () => {
    const { workspace_id, workspace_slug, crew_id, agent_id } = await ensure();
    expect(await ensure()).toEqual({
      made: false,
      workspace_id,
      workspace_slug,
      crew_id,
      agent_id,
      owner_token: null,
    });
  });

  it('adds a token that it does not know yet, once', async () => {
    const first = await ensure();
    const token = newSecret('live');
    for (let start = 0; start < 2; start++) {
      expect(await ensure(token)).toMatchObject({ made: false, owner_token: token });
    }
    const owner = await directory.caller(token);
    expect(owner.userId).toBe((await directory.caller(first.owner_token ?? '')).userId);
    expect((await owner.call(listAudit, { action: 'token.created' })).entries).toHaveLength(1);
  });

  it('does not mind that somebody deleted the crew and the agent', async () => {
    const demo = await ensure();
    const owner = await directory.caller(demo.owner_token ?? '');
    await owner.call(deleteCrew, { crew_id: demo.crew_id ?? '' });
    await owner.call(deleteAgent, { agent_id: demo.agent_id ?? '' });
    expect(await ensure()).toMatchObject({ crew_id: null, agent_id: null });
  });

  it('does not bring the demo back where there are other workspaces', async () => {
    const owner = await directory.caller((await ensure()).owner_token ?? '');
    await owner.call(createWorkspace, { name: 'Real work' });
    await owner.call(deleteWorkspace, {});
    expect(await directory.get(DemoService).ensure()).toBeNull();
  });
});

it('refuses a token of another form, without repeating it', async () => {
  const failure = ensure('hws_live_secret-but-short').catch((error: unknown) => error);
  expect(await failure).toBeInstanceOf(Error);
  expect(String(await failure)).not.toContain('secret-but-short');
});
