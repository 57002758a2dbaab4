import { randomUUID } from 'node:crypto';
import { roles } from '@hawser/contracts';
import {
  createAgent,
  createMember,
  createToken,
  deleteMember,
  getAgent,
  listMembers,
  listTokens,
  updateMember,
  type Member,
} from '@hawser/contracts/directory';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import type { Caller } from '../testing/caller.js';
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

const user = (): string => `usr_${randomUUID()}`;

async function own(caller: Caller): Promise<Member> {
  const { members } = await caller.call(listMembers, {});
  const member = members.find(({ user_id }) => user_id === caller.userId);
  if (member === undefined) throw new Error('the caller is no member');
  return member;
}

describe('members', () => {
  it('are added, changed and removed', async () => {
    const owner = await directory.owner();
    const user_id = user();
    const made = await owner.call(createMember, { user_id, email: 'ann@example.com', role: 'MEMBER' });
    expect(made).toMatchObject({ user_id, email: 'ann@example.com', role: 'MEMBER' });
    const promoted = await owner.call(updateMember, { member_id: made.id, role: 'ADMIN', email: null });
    expect(promoted).toEqual({ ...made, role: 'ADMIN', email: null, updated_at: promoted.updated_at });
    expect((await owner.call(listMembers, {})).members).toContainEqual(promoted);
    expect(await owner.call(deleteMember, { member_id: made.id })).toEqual({ id: made.id, deleted: true });
    expect((await owner.call(listMembers, {})).members).toHaveLength(1);
  });

  it('come in pages', async () => {
    const owner = await directory.owner();
    for (let n = 0; n < 4; n++) await directory.member(owner, 'VIEWER');
    const first = await owner.call(listMembers, { limit: 3 });
    const second = await owner.call(listMembers, { limit: 3, cursor: first.next_cursor ?? '' });
    expect([first.members.length, second.members.length, second.next_cursor]).toEqual([3, 2, null]);
    const all = (await owner.call(listMembers, {})).members;
    expect([...first.members, ...second.members]).toEqual(all);
    expect(await owner.failure(listMembers, { cursor: 'nonsense' })).toMatchObject({
      code: 'validation_failed',
    });
  });

  it('are users who are in it once', async () => {
    const owner = await directory.owner();
    const member = { user_id: user(), role: 'VIEWER' as const };
    const outcomes = await Promise.allSettled([
      owner.call(createMember, member),
      owner.call(createMember, member),
    ]);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'member_exists', details: { field: 'user_id', value: member.user_id } },
    });
    const elsewhere = await directory.owner();
    expect(await elsewhere.call(createMember, member)).toMatchObject(member);
  });

  it('of another workspace do not exist', async () => {
    const [here, there] = [await directory.owner(), await directory.owner()];
    const { id } = await directory.member(there, 'VIEWER');
    const missing = { code: 'not_found', message: `no member "${id}" in this workspace` };
    expect(await here.failure(updateMember, { member_id: id, role: 'ADMIN' })).toMatchObject(missing);
    expect(await here.failure(deleteMember, { member_id: id })).toMatchObject(missing);
  });

  it('are made once with an idempotency key', async () => {
    const owner = (await directory.owner()).with({ idempotencyKey: 'ann' });
    const member = { user_id: user(), role: 'VIEWER' as const };
    expect(await owner.call(createMember, member)).toEqual(await owner.call(createMember, member));
  });
});

describe('nobody reaches above their own role', () => {
  it.each(roles.filter((role) => role !== 'OWNER'))('as %s', async (role) => {
    const owner = await directory.owner();
    const caller = await directory.colleague(owner, role);
    const own = roles.indexOf(role);
    for (const other of roles) {
      const allowed = roles.indexOf(other) >= own;
      const target = await directory.member(owner, other);
      const outcome = async (work: Promise<unknown>): Promise<string> =>
        work.then(
          () => 'done',
          (error: { code: string }) => error.code,
        );
      const expected = allowed ? 'done' : 'forbidden';
      expect([other, await outcome(directory.member(caller, other))]).toEqual([other, expected]);
      const change = { member_id: target.id, email: 'x@example.com' };
      expect([other, await outcome(caller.call(updateMember, change))]).toEqual([other, expected]);
      const victim = await directory.member(owner, 'VIEWER');
      const grant = { member_id: victim.id, role: other };
      expect([other, await outcome(caller.call(updateMember, grant))]).toEqual([other, expected]);
      const removal = caller.call(deleteMember, { member_id: target.id });
      expect([other, await outcome(removal)]).toEqual([other, expected]);
    }
  });

  it('says which role is above which', async () => {
    const admin = await directory.colleague(await directory.owner(), 'ADMIN');
    expect(await admin.failure(createMember, { user_id: user(), role: 'OWNER' })).toMatchObject({
      message: 'you cannot give role OWNER, which is above your own, ADMIN',
    });
  });
});

describe('the last OWNER', () => {
  it('can be neither removed nor demoted', async () => {
    const owner = await directory.owner();
    const { id } = await own(owner);
    const refused = { code: 'last_owner', details: { id } };
    expect(await owner.failure(deleteMember, { member_id: id })).toMatchObject(refused);
    expect(await owner.failure(updateMember, { member_id: id, role: 'ADMIN' })).toMatchObject(refused);
    expect(await owner.call(updateMember, { member_id: id, role: 'OWNER' })).toMatchObject({ role: 'OWNER' });
  });

  it('can go once there is another', async () => {
    const owner = await directory.owner();
    await directory.member(owner, 'OWNER');
    const { id } = await own(owner);
    expect(await owner.call(deleteMember, { member_id: id })).toEqual({ id, deleted: true });
  });

  it.each<[string, (caller: Caller, id: string) => Promise<unknown>]>([
    ['demote', (caller, id) => caller.call(updateMember, { member_id: id, role: 'VIEWER' })],
    ['remove', (caller, id) => caller.call(deleteMember, { member_id: id })],
  ])('stays when the last two %s each other at once', async (_, act) => {
    for (let round = 0; round < 5; round++) {
      const one = await directory.owner();
      const two = await directory.colleague(one, 'OWNER');
      const [idOne, idTwo] = [(await own(one)).id, (await own(two)).id];
      const outcomes = await directory.atOnce(
        [one.workspaceId],
        [() => act(one, idTwo), () => act(two, idOne)],
      );
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'last_owner' },
      });
      const left = await directory.query(
        `SELECT id FROM members WHERE workspace_id = $1 AND role = 'OWNER'`,
        [one.workspaceId],
      );
      expect(left).toHaveLength(1);
    }
  });
});

describe('a removed member', () => {
  it('takes their tokens along, in the sandbox too', async () => {
    const owner = await directory.owner();
    const { id, user_id } = await directory.member(owner, 'MEMBER');
    const tokens = await Promise.all(
      (['live', 'test'] as const).map((mode) =>
        owner.call(createToken, { name: mode, kind: 'user', user_id, mode }),
      ),
    );
    await owner.call(deleteMember, { member_id: id });
    for (const { token } of tokens) {
      await expect(directory.authorise(token ?? '')).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    const left = (await owner.call(listTokens, {})).tokens;
    expect(left.map((token) => token.user_id)).toEqual([owner.userId]);
    await owner.call(createMember, { user_id, role: 'MEMBER' });
    await expect(directory.authorise(tokens[0]?.token ?? '')).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });

  it('leaves their agents behind, without an owner', async () => {
    const owner = await directory.owner();
    const tester = await directory.sandboxed(owner);
    const { id, user_id } = await directory.member(owner, 'MEMBER');
    const live = await owner.call(createAgent, { name: 'a', owner_id: user_id });
    const test = await tester.call(createAgent, { name: 'a', owner_id: user_id });
    await owner.call(deleteMember, { member_id: id });
    expect(await owner.call(getAgent, { agent_id: live.id })).toMatchObject({ owner_id: null });
    expect(await tester.call(getAgent, { agent_id: test.id })).toMatchObject({ owner_id: null });
  });
});

describe('in a sandbox', () => {
  it("the members are its workspace's", async () => {
    const owner = await directory.owner();
    const tester = await directory.sandboxed(owner);
    await directory.member(owner, 'VIEWER');
    expect(await tester.call(listMembers, {})).toEqual(await owner.call(listMembers, {}));
    expect(tester.context.actor.role).toBe('OWNER');
  });

  it('they are not managed', async () => {
    const owner = await directory.owner();
    const tester = await directory.sandboxed(owner);
    const { id } = await directory.member(owner, 'VIEWER');
    const refused = {
      code: 'forbidden',
      message: 'members are managed with a live token, not in the sandbox',
    };
    expect(await tester.failure(createMember, { user_id: user(), role: 'VIEWER' })).toMatchObject(refused);
    expect(await tester.failure(updateMember, { member_id: id, role: 'ADMIN' })).toMatchObject(refused);
    expect(await tester.failure(deleteMember, { member_id: id })).toMatchObject(refused);
  });
});
