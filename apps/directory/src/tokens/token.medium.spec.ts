import { createHash } from 'node:crypto';
import {
  createAgent,
  createToken,
  deleteToken,
  getToken,
  listTokens,
  updateMember,
  type CreateToken,
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

const refused = (field: string): object => ({
  code: 'validation_failed',
  details: { errors: [expect.objectContaining({ field })] },
});
const ci: CreateToken = { name: 'ci', kind: 'service', role: 'ADMIN' };

describe('a new token', () => {
  it('is shown once, and kept as a hash and a prefix', async () => {
    const owner = await directory.owner();
    const made = await owner.call(createToken, ci);
    const secret = made.token ?? '';
    expect(secret).toMatch(/^hws_live_[A-Za-z0-9_-]{43}$/);
    expect(made).toMatchObject({ ...ci, mode: 'live', prefix: secret.slice(0, 13), scopes: null });
    const [row] = await directory.query<object>(`SELECT * FROM tokens WHERE id = $1`, [made.id]);
    expect(row).toMatchObject({ hash: createHash('sha256').update(secret).digest('hex') });
    expect(JSON.stringify(row)).not.toContain(secret);
    for (const shown of [
      await owner.call(getToken, { token_id: made.id }),
      await owner.call(listTokens, {}),
    ]) {
      expect(JSON.stringify(shown)).not.toContain(secret);
      expect(JSON.stringify(shown)).not.toContain('hash');
    }
  });

  it('is made once with an idempotency key, of which only one answer has the secret', async () => {
    const owner = (await directory.owner()).with({ idempotencyKey: 'ci' });
    const [one, two] = await Promise.all([owner.call(createToken, ci), owner.call(createToken, ci)]);
    expect({ ...one, token: null }).toEqual({ ...two, token: null });
    expect([one.token, two.token].filter((token) => token !== null)).toHaveLength(1);
    const stored = await directory.query<object>(`SELECT answer FROM idempotency_keys WHERE key = 'ci'`);
    expect(JSON.stringify(stored)).not.toContain(one.token ?? two.token);
  });

  it('of a user is the caller, or the member it is for', async () => {
    const owner = await directory.owner();
    const viewer = await directory.member(owner, 'VIEWER');
    expect(await owner.call(createToken, { name: 'me', kind: 'user' })).toMatchObject({
      user_id: owner.userId,
      role: 'OWNER',
    });
    const theirs = { name: 'them', kind: 'user' as const, user_id: viewer.user_id };
    expect(await owner.call(createToken, theirs)).toMatchObject({ user_id: viewer.user_id, role: 'VIEWER' });
    const stranger = { name: 'x', kind: 'user' as const, user_id: 'usr_stranger' };
    expect(await owner.failure(createToken, stranger)).toMatchObject(refused('user_id'));
  });

  it("of a user has the role of the user's membership at the moment", async () => {
    const owner = await directory.owner();
    const member = await directory.member(owner, 'VIEWER');
    const made = await owner.call(createToken, { name: 'x', kind: 'user', user_id: member.user_id });
    await owner.call(updateMember, { member_id: member.id, role: 'MANAGER' });
    expect(await owner.call(getToken, { token_id: made.id })).toMatchObject({ role: 'MANAGER' });
    expect(await directory.authorise(made.token ?? '')).toMatchObject({ role: 'MANAGER' });
  });

  it('of a user needs to say whom, when a service asks', async () => {
    const owner = await directory.owner();
    const { token } = await owner.call(createToken, ci);
    const service = await directory.caller(token ?? '');
    expect(await service.failure(createToken, { name: 'x', kind: 'user' })).toMatchObject(refused('user_id'));
  });

  it('of an agent is for one of the same workspace', async () => {
    const [here, there] = [await directory.owner(), await directory.owner()];
    const agent = await here.call(createAgent, { name: 'a' });
    const input = { name: 'runtime', kind: 'agent' as const, agent_id: agent.id };
    expect(await here.call(createToken, input)).toMatchObject({ agent_id: agent.id, role: null });
    expect(await there.failure(createToken, input)).toMatchObject(refused('agent_id'));
    expect(await here.failure(createToken, { ...input, mode: 'test' })).toMatchObject(refused('agent_id'));
  });

  it.each<[string, Partial<CreateToken>]>([
    ['role', { role: null }],
    ['role', { kind: 'user' }],
    ['agent_id', { agent_id: 'agt_1' }],
    ['user_id', { user_id: 'usr_1' }],
    ['scopes', { scopes: [] }],
    ['scopes', { scopes: ['everything' as 'integrations:read'] }],
    ['expires_at', { expires_at: '2020-01-01T00:00:00Z' }],
    ['expires_at', { expires_at: 'soon' }],
    ['expires_at', { expires_at: '2099-W10' }],
    ['mode', { mode: 'dev' as 'test' }],
  ])('is refused for its %s: %j', async (field, change) => {
    const owner = await directory.owner();
    expect(await owner.failure(createToken, { ...ci, ...change })).toMatchObject(refused(field));
  });

  it('never has a role above that of its maker', async () => {
    const owner = await directory.owner();
    const other = await directory.member(owner, 'OWNER');
    const admin = await directory.colleague(owner, 'ADMIN');
    expect(await admin.failure(createToken, { ...ci, role: 'OWNER' })).toMatchObject({ code: 'forbidden' });
    expect(
      await admin.failure(createToken, { name: 'x', kind: 'user', user_id: other.user_id }),
    ).toMatchObject({ code: 'forbidden' });
    expect(await admin.call(createToken, ci)).toMatchObject({ role: 'ADMIN' });
    const manager = await directory.colleague(owner, 'MANAGER');
    expect(await manager.failure(createToken, ci)).toMatchObject({
      message: 'you cannot make a token of role ADMIN, which is above your own, MANAGER',
    });
  });
});

describe("a token of another member's", () => {
  it("is an OWNER's to make, since it rises with the member", async () => {
    const owner = await directory.owner();
    const viewer = await directory.member(owner, 'VIEWER');
    const admin = await directory.colleague(owner, 'ADMIN');
    const theirs: CreateToken = { name: 'x', kind: 'user', user_id: viewer.user_id };
    expect(await admin.failure(createToken, theirs)).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('only an OWNER'),
    });
    expect(await owner.call(createToken, theirs)).toMatchObject({ user_id: viewer.user_id });
    expect(await admin.call(createToken, { name: 'mine', kind: 'user' })).toMatchObject({ kind: 'user' });
  });
});

describe('tokens', () => {
  it('come in pages, in the order in which they were made', async () => {
    const owner = await directory.owner();
    for (const name of ['b', 'a']) await owner.call(createToken, { ...ci, name });
    const first = await owner.call(listTokens, { limit: 2 });
    const second = await owner.call(listTokens, { limit: 2, cursor: first.next_cursor ?? '' });
    expect([...first.tokens, ...second.tokens].map(({ name }) => name)).toEqual(['owner', 'b', 'a']);
  });

  it('are gone at once when deleted, also the one in use', async () => {
    const owner = await directory.owner();
    const id = owner.context.actor.id;
    expect(await owner.call(deleteToken, { token_id: id })).toEqual({ id, deleted: true });
    await expect(directory.authorise(owner.token)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await owner.failure(deleteToken, { token_id: id })).toMatchObject({
      code: 'not_found',
      details: { kind: 'token', id },
    });
  });

  it('of another workspace do not exist', async () => {
    const [here, there] = [await directory.owner(), await directory.owner()];
    const { id } = await there.call(createToken, ci);
    expect(await here.failure(getToken, { token_id: id })).toMatchObject({ code: 'not_found' });
    expect(await here.failure(deleteToken, { token_id: id })).toMatchObject({ code: 'not_found' });
  });
});

describe('test tokens', () => {
  it('belong to the sandbox and say so', async () => {
    const owner = await directory.owner();
    const made = await owner.call(createToken, { ...ci, mode: 'test' });
    expect(made.token).toMatch(/^hws_test_/);
    const { workspace, role } = await directory.authorise(made.token ?? '');
    expect(workspace).toMatchObject({ id: made.workspace_id, sandbox_of: owner.workspaceId });
    expect(role).toBe('ADMIN');
  });

  it('are seen and deleted from the workspace, but see and delete only their own kind', async () => {
    const owner = await directory.owner();
    const tester = await directory.sandboxed(owner);
    const [live, test] = [owner.context.actor.id, tester.context.actor.id];
    const seen = async (caller: typeof owner): Promise<string[]> =>
      (await caller.call(listTokens, {})).tokens.map(({ id }) => id);
    expect(await seen(owner)).toEqual([live, test]);
    expect(await seen(tester)).toEqual([test]);
    expect(await tester.failure(getToken, { token_id: live })).toMatchObject({ code: 'not_found' });
    expect(await tester.failure(deleteToken, { token_id: live })).toMatchObject({ code: 'not_found' });
    expect(await owner.call(getToken, { token_id: test })).toMatchObject({ mode: 'test', role: 'OWNER' });
    expect(await owner.call(deleteToken, { token_id: test })).toEqual({ id: test, deleted: true });
  });

  it('make only test tokens, of the same sandbox', async () => {
    const tester = await directory.sandboxed(await directory.owner());
    expect(await tester.failure(createToken, ci)).toMatchObject({ code: 'forbidden' });
    expect(await tester.failure(createToken, { ...ci, mode: 'live' })).toMatchObject({ code: 'forbidden' });
    expect(await tester.call(createToken, { ...ci, mode: 'test' })).toMatchObject({
      workspace_id: tester.workspaceId,
    });
    const agent = await tester.call(createAgent, { name: 'a' });
    const runtime = { name: 'r', kind: 'agent' as const, mode: 'test' as const, agent_id: agent.id };
    expect(await tester.call(createToken, runtime)).toMatchObject({ agent_id: agent.id });
  });
});
