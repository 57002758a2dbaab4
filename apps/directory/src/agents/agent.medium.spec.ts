import {
  createAgent,
  createCrew,
  createToken,
  deleteAgent,
  deleteCrew,
  deleteMember,
  getAgent,
  listAgents,
  updateAgent,
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

it('are made, shown, changed and deleted', async () => {
  const owner = await directory.owner();
  const crew = await owner.call(createCrew, { name: 'Crew' });
  const made = await owner.call(createAgent, { name: 'scout', crew_id: crew.id, owner_id: owner.userId });
  expect(made).toMatchObject({ name: 'scout', crew_id: crew.id, owner_id: owner.userId });
  expect(await owner.call(getAgent, { agent_id: made.id })).toEqual(made);
  const changed = await owner.call(updateAgent, { agent_id: made.id, name: 'ranger' });
  expect(changed).toEqual({ ...made, name: 'ranger', updated_at: changed.updated_at });
  expect(await owner.call(deleteAgent, { agent_id: made.id })).toEqual({ id: made.id, deleted: true });
  expect(await owner.failure(getAgent, { agent_id: made.id })).toMatchObject({
    code: 'not_found',
    details: { kind: 'agent', id: made.id },
  });
});

it('need neither a crew nor an owner, and lose them by null', async () => {
  const owner = await directory.owner();
  const crew = await owner.call(createCrew, { name: 'Crew' });
  const made = await owner.call(createAgent, { name: 'free' });
  expect(made).toMatchObject({ crew_id: null, owner_id: null });
  const tied = { agent_id: made.id, crew_id: crew.id, owner_id: owner.userId };
  expect(await owner.call(updateAgent, tied)).toMatchObject({ crew_id: crew.id, owner_id: owner.userId });
  const loose = { agent_id: made.id, crew_id: null, owner_id: null };
  expect(await owner.call(updateAgent, loose)).toMatchObject({ crew_id: null, owner_id: null });
});

it('are in crews of their own workspace only, and work for its members only', async () => {
  const [here, there] = [await directory.owner(), await directory.owner()];
  const foreign = await there.call(createCrew, { name: 'Theirs' });
  const agent = await here.call(createAgent, { name: 'a' });
  const refused = (field: string, value: string): object => ({
    code: 'validation_failed',
    details: { errors: [{ field, value }] },
  });
  for (const [field, value] of [
    ['crew_id', foreign.id],
    ['crew_id', 'crew_none'],
    ['owner_id', there.userId],
  ] as const) {
    const request = { name: 'b', [field]: value };
    expect(await here.failure(createAgent, request)).toMatchObject(refused(field, value));
    expect(await here.failure(updateAgent, { agent_id: agent.id, ...request })).toMatchObject(
      refused(field, value),
    );
  }
});

it("in a sandbox are in the sandbox's crews and work for the workspace's members", async () => {
  const owner = await directory.owner();
  const tester = await directory.sandboxed(owner);
  const live = await owner.call(createCrew, { name: 'Live' });
  const test = await tester.call(createCrew, { name: 'Test' });
  expect(await tester.failure(createAgent, { name: 'a', crew_id: live.id })).toMatchObject({
    code: 'validation_failed',
  });
  const agent = await tester.call(createAgent, { name: 'a', crew_id: test.id, owner_id: owner.userId });
  expect(agent).toMatchObject({ workspace_id: tester.workspaceId, owner_id: owner.userId });
  expect(await owner.failure(getAgent, { agent_id: agent.id })).toMatchObject({ code: 'not_found' });
});

it('are listed by name, in pages', async () => {
  const owner = await directory.owner();
  for (const name of ['c', 'a', 'b']) await owner.call(createAgent, { name });
  const first = await owner.call(listAgents, { limit: 2 });
  const second = await owner.call(listAgents, { limit: 2, cursor: first.next_cursor ?? '' });
  expect([...first.agents, ...second.agents].map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

it('of another workspace do not exist', async () => {
  const [here, there] = [await directory.owner(), await directory.owner()];
  const { id } = await there.call(createAgent, { name: 'theirs' });
  for (const contract of [getAgent, updateAgent, deleteAgent]) {
    expect(await here.failure(contract, { agent_id: id })).toMatchObject({ code: 'not_found' });
  }
});

it('are made once with an idempotency key', async () => {
  const owner = (await directory.owner()).with({ idempotencyKey: 'agent' });
  expect(await owner.call(createAgent, { name: 'a' })).toEqual(await owner.call(createAgent, { name: 'a' }));
  expect(await owner.failure(createAgent, { name: 'b' })).toMatchObject({ code: 'idempotency_key_reused' });
});

it('take their tokens along', async () => {
  const owner = await directory.owner();
  const agent = await owner.call(createAgent, { name: 'a' });
  const { token } = await owner.call(createToken, { name: 'runtime', kind: 'agent', agent_id: agent.id });
  await owner.call(deleteAgent, { agent_id: agent.id });
  await expect(directory.authorise(token ?? '')).rejects.toMatchObject({ code: 'unauthenticated' });
});

describe('changed while their ties are cut, they end up without, and neither side waits for the other', () => {
  it.each(['live', 'test'])('when a member is removed, with agents of mode %s', async (mode) => {
    const owner = await directory.owner();
    const caller = mode === 'live' ? owner : await directory.sandboxed(owner);
    const agent = await caller.call(createAgent, { name: 'a' });
    for (let round = 0; round < 10; round++) {
      const member = await directory.member(owner, 'MEMBER');
      const assign = { agent_id: agent.id, owner_id: member.user_id };
      await caller.call(updateAgent, assign);
      const [assigned, removed] = await directory.atOnce<object>(
        [owner.workspaceId, caller.workspaceId],
        [() => caller.call(updateAgent, assign), () => owner.call(deleteMember, { member_id: member.id })],
      );
      expect(removed).toMatchObject({ status: 'fulfilled' });
      expect(['done', 'validation_failed']).toContain(codeOf(assigned));
      expect(await caller.call(getAgent, { agent_id: agent.id })).toMatchObject({ owner_id: null });
    }
  });

  it('when a crew is deleted', async () => {
    const owner = await directory.owner();
    const agent = await owner.call(createAgent, { name: 'a' });
    for (let round = 0; round < 10; round++) {
      const crew = await owner.call(createCrew, { name: 'Brief' });
      const join = { agent_id: agent.id, crew_id: crew.id };
      await owner.call(updateAgent, join);
      const [joined, deleted] = await directory.atOnce<object>(
        [owner.workspaceId],
        [() => owner.call(updateAgent, join), () => owner.call(deleteCrew, { crew_id: crew.id })],
      );
      expect(deleted).toMatchObject({ status: 'fulfilled' });
      expect(['done', 'validation_failed']).toContain(codeOf(joined));
      expect(await owner.call(getAgent, { agent_id: agent.id })).toMatchObject({ crew_id: null });
    }
  });
});

function codeOf(outcome: PromiseSettledResult<unknown> | undefined): string {
  return outcome?.status === 'rejected' ? (outcome.reason as { code: string }).code : 'done';
}
