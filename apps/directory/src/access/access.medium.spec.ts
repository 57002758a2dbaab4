import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import {
  createAgent,
  createCrew,
  createToken,
  deleteMember,
  getWorkspace,
  updateMember,
  updateWorkspace,
} from '@hawser/contracts/directory';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { eventually } from '@hawser/testing/eventually';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { DirectoryHarness } from '../testing/directory-harness.js';

let database: TestDatabase;
let directory: DirectoryHarness;
// Before there is any connection, which may keep the method that it finds.
const statements = jest.spyOn(Client.prototype, 'query');

beforeAll(async () => {
  database = await testDatabase();
  directory = await DirectoryHarness.start(database.url);
});
afterAll(async () => {
  await directory.stop();
  await database.drop();
});

const unauthenticated = {
  code: 'unauthenticated',
  message: 'the token is unknown, expired or revoked',
};

describe('a token', () => {
  it("of a user is answered with the user's role and the workspace", async () => {
    const owner = await directory.owner();
    await owner.call(updateWorkspace, { plan: 'team' });
    const { sandbox_of, id, slug, name } = await owner.call(getWorkspace, {});
    expect(await directory.authorise(owner.token)).toEqual({
      actor: { kind: 'user', id: owner.context.actor.id, user_id: owner.userId, role: 'OWNER' },
      role: 'OWNER',
      scopes: null,
      workspace: { id, slug, name, plan: 'team', sandbox_of },
      agent: null,
      crew_id: null,
      expires_at: null,
    });
  });

  it('of a service has the role it was given, and its scopes', async () => {
    const owner = await directory.owner();
    const made = await owner.call(createToken, {
      name: 'ci',
      kind: 'service',
      role: 'MANAGER',
      scopes: ['integrations:read'],
    });
    expect(await directory.authorise(made.token ?? '')).toMatchObject({
      actor: { kind: 'service', id: made.id, role: 'MANAGER' },
      role: 'MANAGER',
      scopes: ['integrations:read'],
    });
  });

  it('of an agent has no role', async () => {
    const owner = await directory.owner();
    const agent = await owner.call(createAgent, { name: 'a' });
    const made = await owner.call(createToken, { name: 'r', kind: 'agent', agent_id: agent.id });
    const access = await directory.authorise(made.token ?? '');
    expect(access.actor).toEqual({ kind: 'agent', id: made.id, agent_id: agent.id });
    expect(access.role).toBeNull();
  });

  it('that nobody has is refused', async () => {
    await expect(directory.authorise('hws_live_nonsense')).rejects.toMatchObject(unauthenticated);
  });

  it('is refused once it has expired', async () => {
    const owner = await directory.owner();
    const expires_at = new Date(Date.now() + 60_000).toISOString();
    const { id, token } = await owner.call(createToken, { name: 'brief', kind: 'user', expires_at });
    await expect(directory.authorise(token ?? '')).resolves.toMatchObject({ role: 'OWNER' });
    await directory.query(`UPDATE tokens SET expires_at = expires_at - interval '1 minute' WHERE id = $1`, [
      id,
    ]);
    await expect(directory.authorise(token ?? '')).rejects.toMatchObject(unauthenticated);
  });

  it('is worth what its user is worth now', async () => {
    const owner = await directory.owner();
    const { id, user_id } = await directory.member(owner, 'MEMBER');
    const { token } = await owner.call(createToken, { name: 'x', kind: 'user', user_id });
    expect(await directory.authorise(token ?? '')).toMatchObject({ role: 'MEMBER' });
    await owner.call(updateMember, { member_id: id, role: 'VIEWER' });
    expect(await directory.authorise(token ?? '')).toMatchObject({
      actor: { role: 'VIEWER' },
      role: 'VIEWER',
    });
    await owner.call(deleteMember, { member_id: id });
    await expect(directory.authorise(token ?? '')).rejects.toMatchObject(unauthenticated);
  });

  it('is nothing without its membership, even if its row is there', async () => {
    const owner = await directory.owner();
    await directory.query(`DELETE FROM members WHERE user_id = $1`, [owner.userId]);
    await expect(directory.authorise(owner.token)).rejects.toMatchObject(unauthenticated);
  });
});

describe('the workspace that a request names', () => {
  it("is the token's own, by id or slug", async () => {
    const [owner, stranger] = [await directory.owner(), await directory.owner()];
    const { id, slug } = await owner.call(getWorkspace, {});
    for (const workspace of [id, slug]) {
      expect(await directory.authorise(owner.token, { workspace })).toMatchObject({ workspace: { id } });
    }
    for (const workspace of [stranger.workspaceId, 'no-such-workspace']) {
      await expect(directory.authorise(owner.token, { workspace })).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringContaining(`no workspace "${workspace}"`),
        details: { kind: 'workspace', id: workspace },
      });
    }
  });

  it("may be the sandbox's or its workspace's, with a test token", async () => {
    const owner = await directory.owner();
    const tester = await directory.sandboxed(owner);
    const [live, test] = [await owner.call(getWorkspace, {}), await tester.call(getWorkspace, {})];
    for (const workspace of [live.id, live.slug, test.id, test.slug]) {
      expect(await directory.authorise(tester.token, { workspace })).toMatchObject({
        workspace: { id: test.id, sandbox_of: live.id, plan: live.plan },
      });
    }
  });

  it('is never the sandbox, with a live token', async () => {
    const owner = await directory.owner();
    const tester = await directory.sandboxed(owner);
    const workspace = tester.workspaceId;
    await expect(directory.authorise(owner.token, { workspace })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('the agent and the crew that a path names', () => {
  it('are answered with what they belong to', async () => {
    const owner = await directory.owner();
    const crew = await owner.call(createCrew, { name: 'Crew' });
    const agent = await owner.call(createAgent, { name: 'a', crew_id: crew.id, owner_id: owner.userId });
    const loose = await owner.call(createAgent, { name: 'b' });
    expect(await directory.authorise(owner.token, { agent_id: agent.id })).toMatchObject({
      agent: { id: agent.id, crew_id: crew.id, owner_id: owner.userId },
      crew_id: null,
    });
    expect(await directory.authorise(owner.token, { agent_id: loose.id, crew_id: crew.id })).toMatchObject({
      agent: { id: loose.id, crew_id: null, owner_id: null },
      crew_id: crew.id,
    });
  });

  it('are null when they are of another workspace', async () => {
    const [here, there] = [await directory.owner(), await directory.owner()];
    const crew = await there.call(createCrew, { name: 'Crew' });
    const agent = await there.call(createAgent, { name: 'a' });
    const path = { agent_id: agent.id, crew_id: crew.id };
    expect(await directory.authorise(here.token, path)).toMatchObject({ agent: null, crew_id: null });
  });
});

async function lastUse(id: string): Promise<Date | null> {
  const [row] = await directory.query<{ last_used_at: Date | null }>(
    `SELECT last_used_at FROM tokens WHERE id = $1`,
    [id],
  );
  return row?.last_used_at ?? null;
}

describe('the last use of a token', () => {
  it('is noted at most once a minute', async () => {
    const owner = await directory.owner();
    const { id, token } = await owner.call(createToken, { name: 'x', kind: 'user' });
    expect(await lastUse(id)).toBeNull();
    await Promise.all(Array.from({ length: 20 }, () => directory.authorise(token ?? '')));
    await eventually(async () => (await lastUse(id)) !== null);
    const first = await lastUse(id);
    await directory.authorise(token ?? '');
    await delay(100);
    expect(await lastUse(id)).toEqual(first);
    await directory.query(`UPDATE tokens SET last_used_at = now() - interval '61 seconds' WHERE id = $1`, [
      id,
    ]);
    await directory.authorise(token ?? '');
    await eventually(async () => Date.now() - ((await lastUse(id))?.getTime() ?? 0) < 30_000);
  });

  it('keeps nobody waiting while it cannot be noted', async () => {
    const owner = await directory.owner();
    const { id, token } = await owner.call(createToken, { name: 'x', kind: 'user' });
    const blocker = directory.get(DataSource).createQueryRunner();
    await blocker.startTransaction();
    await blocker.query(`SELECT 1 FROM tokens WHERE id = $1 FOR UPDATE`, [id]);
    await expect(directory.authorise(token ?? '')).resolves.toMatchObject({ role: 'OWNER' });
    await blocker.rollbackTransaction();
    await blocker.release();
    await eventually(async () => (await lastUse(id)) !== null);
  });
});

it('asks the database once, for a token and for a user', async () => {
  const owner = await directory.owner();
  await directory.authorise(owner.token);
  // Its use is noted behind the answer.
  await eventually(async () => (await lastUse(owner.context.actor.id)) !== null);
  const path = { workspace: owner.workspaceId, agent_id: 'agt_none', crew_id: 'crew_none' };
  statements.mockClear();
  await directory.authorise(owner.token, path);
  expect(statements).toHaveBeenCalledTimes(1);
  await directory.authoriseUser(owner.userId, path);
  expect(statements).toHaveBeenCalledTimes(2);
});
