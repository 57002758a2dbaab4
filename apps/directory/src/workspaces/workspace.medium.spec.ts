import {
  createToken,
  createWorkspace,
  deleteWorkspace,
  getWorkspace,
  listMembers,
  listTokens,
  listWorkspaces,
  updateWorkspace,
} from '@hawser/contracts/directory';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { DirectoryHarness } from '../testing/directory-harness.js';

let database: TestDatabase;
let directory: DirectoryHarness;

beforeAll(async () => {
  database = await testDatabase();
  directory = await DirectoryHarness.start(database.url);
});
afterAll(async () => {
  await directory.stop();
  await database.drop();
});

describe('making a workspace', () => {
  it('makes its maker OWNER and answers a token for it', async () => {
    const maker = await directory.owner();
    const made = await maker.call(createWorkspace, { name: 'Research Lab', plan: 'pro' });
    expect(made).toMatchObject({ name: 'Research Lab', slug: 'research-lab', plan: 'pro', sandbox_of: null });
    const owner = await directory.caller(made.token ?? '');
    expect(owner.context.actor).toMatchObject({ kind: 'user', user_id: maker.userId, role: 'OWNER' });
    expect(owner.workspaceId).toBe(made.id);
    const { members } = await owner.call(listMembers, {});
    expect(members).toMatchObject([{ user_id: maker.userId, role: 'OWNER', workspace_id: made.id }]);
    const { tokens } = await owner.call(listTokens, {});
    expect(tokens).toMatchObject([{ name: 'owner', kind: 'user', mode: 'live', role: 'OWNER' }]);
  });

  it('is free of charge unless told otherwise', async () => {
    const maker = await directory.owner();
    expect(await maker.call(createWorkspace, { name: 'Plain' })).toMatchObject({ plan: 'free' });
  });

  it('numbers the slugs of workspaces with the same name', async () => {
    const maker = await directory.owner();
    const make = async (): Promise<string> => (await maker.call(createWorkspace, { name: 'Twins!' })).slug;
    expect([await make(), await make(), await make()]).toEqual(['twins', 'twins-2', 'twins-3']);
  });

  it('gives each of many made at once a slug of its own', async () => {
    const maker = await directory.owner();
    const made = await Promise.all(
      Array.from({ length: 8 }, () => maker.call(createWorkspace, { name: 'Rush' })),
    );
    const expected = ['rush', ...[2, 3, 4, 5, 6, 7, 8].map((n) => `rush-${n}`)];
    expect(made.map(({ slug }) => slug).sort()).toEqual(expected);
  });

  it('lets only one of two have a slug that both ask for', async () => {
    const maker = await directory.owner();
    const outcomes = await Promise.allSettled([
      maker.call(createWorkspace, { name: 'One', slug: 'coveted' }),
      maker.call(createWorkspace, { name: 'Two', slug: 'coveted' }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'name_taken', details: { field: 'slug', value: 'coveted' } },
    });
  });

  it('is for users only', async () => {
    const owner = await directory.owner();
    const { token } = await owner.call(createToken, { name: 'ci', kind: 'service', role: 'OWNER' });
    const service = await directory.caller(token ?? '');
    expect(await service.failure(createWorkspace, { name: 'Mine' })).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('only a user can make one'),
    });
  });

  it('is not possible with a test token', async () => {
    const tester = await directory.sandboxed(await directory.owner());
    expect(await tester.failure(createWorkspace, { name: 'Mine' })).toMatchObject({ code: 'forbidden' });
  });

  it('shows the token once: a repeated request gets the answer without it', async () => {
    const maker = (await directory.owner()).with({ idempotencyKey: 'make-once' });
    const [one, two] = await Promise.all([
      maker.call(createWorkspace, { name: 'Once' }),
      maker.call(createWorkspace, { name: 'Once' }),
    ]);
    expect(one.id).toBe(two.id);
    expect([one.token, two.token].filter((token) => token === null)).toHaveLength(1);
    expect(await maker.failure(createWorkspace, { name: 'Other' })).toMatchObject({
      code: 'idempotency_key_reused',
    });
    const kept = await directory.query<{ answer: object }>(
      `SELECT answer FROM idempotency_keys WHERE key = 'make-once'`,
    );
    expect(kept).toMatchObject([{ answer: { id: one.id, token: null } }]);
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: 'a', slug: 'Not A Slug' }, 'slug'],
    [{ name: 'a', plan: 'gold' }, 'plan'],
    [{ name: 'a', colour: 'red' }, 'colour'],
  ])('refuses %j', async (input, field) => {
    const maker = await directory.owner();
    expect(await maker.failure(createWorkspace, input)).toMatchObject({
      code: 'validation_failed',
      details: { errors: [{ field }] },
    });
  });
});

describe('a workspace', () => {
  it('is the only one that its tokens see', async () => {
    const owner = await directory.owner();
    const shown = await owner.call(getWorkspace, {});
    expect(shown.id).toBe(owner.workspaceId);
    expect(await owner.call(listWorkspaces, {})).toEqual({ workspaces: [shown], next_cursor: null });
  });

  it('is changed field by field', async () => {
    const owner = await directory.owner();
    const before = await owner.call(getWorkspace, {});
    const after = await owner.call(updateWorkspace, { name: 'Renamed', plan: 'team' });
    expect(after).toEqual({ ...before, name: 'Renamed', plan: 'team', updated_at: after.updated_at });
    expect(await owner.call(getWorkspace, {})).toEqual(after);
    expect(await owner.call(updateWorkspace, {})).toEqual(after);
  });

  it("cannot take another's slug", async () => {
    const [one, two] = [await directory.owner(), await directory.owner()];
    const { slug } = await one.call(getWorkspace, {});
    expect(await two.failure(updateWorkspace, { slug })).toMatchObject({
      code: 'name_taken',
      details: { field: 'slug', value: slug },
    });
  });
});

describe('deleting a workspace', () => {
  it('is for an OWNER only', async () => {
    const admin = await directory.colleague(await directory.owner(), 'ADMIN');
    expect(await admin.failure(deleteWorkspace, {})).toMatchObject({ code: 'forbidden' });
  });

  it('leaves nothing of it, nor of its sandbox', async () => {
    const owner = (await directory.owner()).with({ idempotencyKey: 'a-token' });
    const { token } = await owner.call(createToken, { name: 'test', kind: 'user', mode: 'test' });
    const tester = await directory.caller(token ?? '');
    expect(await owner.call(deleteWorkspace, {})).toEqual({ id: owner.workspaceId, deleted: true });
    const ids = [owner.workspaceId, tester.workspaceId];
    for (const table of ['members', 'crews', 'agents', 'tokens', 'audit_log', 'idempotency_keys']) {
      expect(await directory.query(`SELECT * FROM ${table} WHERE workspace_id = ANY($1)`, [ids])).toEqual([]);
    }
    for (const gone of [owner, tester]) {
      await expect(directory.authorise(gone.token)).rejects.toMatchObject({ code: 'unauthenticated' });
      expect(await gone.failure(getWorkspace, {})).toMatchObject({ code: 'not_found' });
      expect(await gone.failure(createToken, { name: 'late', kind: 'user' })).toMatchObject({
        code: 'not_found',
        details: { kind: 'workspace', id: gone.workspaceId },
      });
    }
  });

  it('answers the second of two at once that it is gone', async () => {
    const owner = await directory.owner();
    const outcomes = await Promise.allSettled([
      owner.call(deleteWorkspace, {}),
      owner.call(deleteWorkspace, {}),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a sandbox', () => {
  it('has the name and the plan of its workspace, also when these change', async () => {
    const owner = await directory.owner('Original');
    const tester = await directory.sandboxed(owner);
    expect(await tester.call(getWorkspace, {})).toMatchObject({
      id: tester.workspaceId,
      name: 'Original (sandbox)',
      slug: 'original-sandbox',
      plan: 'free',
      sandbox_of: owner.workspaceId,
    });
    await owner.call(updateWorkspace, { name: 'New', plan: 'pro' });
    expect(await tester.call(getWorkspace, {})).toMatchObject({ name: 'New (sandbox)', plan: 'pro' });
  });

  it('is one, however many tokens need it at once', async () => {
    const owner = await directory.owner();
    const testers = await Promise.all(Array.from({ length: 6 }, () => directory.sandboxed(owner)));
    expect(new Set(testers.map(({ workspaceId }) => workspaceId)).size).toBe(1);
  });

  it('gets another slug when somebody has its own', async () => {
    const owner = await directory.owner('Clash');
    await owner.call(createWorkspace, { name: 'Clash', slug: 'clash-sandbox' });
    const tester = await directory.sandboxed(owner);
    expect(await tester.call(getWorkspace, {})).toMatchObject({ slug: 'clash-sandbox-2' });
  });

  it('cannot be changed', async () => {
    const tester = await directory.sandboxed(await directory.owner());
    expect(await tester.failure(updateWorkspace, { plan: 'team' })).toMatchObject({ code: 'forbidden' });
  });

  it('can be deleted, to begin again with an empty one', async () => {
    const owner = await directory.owner();
    const tester = await directory.sandboxed(owner);
    await tester.call(deleteWorkspace, {});
    expect(await owner.call(getWorkspace, {})).toMatchObject({ id: owner.workspaceId });
    expect((await directory.sandboxed(owner)).workspaceId).not.toBe(tester.workspaceId);
  });
});
