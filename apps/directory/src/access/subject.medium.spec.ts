import { randomUUID } from 'node:crypto';
import {
  createAgent,
  createCrew,
  createMember,
  createToken,
  createWorkspace,
  deleteMember,
  getWorkspace,
  listAudit,
  listMembers,
  listWorkspaces,
  updateMember,
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

const newSubject = (): string => `auth0|${randomUUID()}`;

describe('a user of an OIDC issuer', () => {
  it('is, in a workspace named by id or slug, the member of that user_id', async () => {
    const owner = await directory.owner();
    const subject = newSubject();
    const { id: member_id } = await owner.call(createMember, { user_id: subject, role: 'MANAGER' });
    const { id, slug, name, plan } = await owner.call(getWorkspace, {});
    for (const workspace of [id, slug]) {
      expect(await directory.authoriseUser(subject, { workspace })).toEqual({
        actor: { kind: 'user', id: `oidc:${subject}`, user_id: subject, role: 'MANAGER' },
        role: 'MANAGER',
        scopes: null,
        workspace: { id, slug, name, plan, sandbox_of: null },
        agent: null,
        crew_id: null,
        expires_at: null,
      });
    }
    await owner.call(updateMember, { member_id, role: 'VIEWER' });
    expect(await directory.authoriseUser(subject, { workspace: id })).toMatchObject({ role: 'VIEWER' });
    await owner.call(deleteMember, { member_id });
    await expect(directory.authoriseUser(subject, { workspace: id })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is answered the same of a workspace that is foreign and of one that is not there', async () => {
    const [owner, stranger] = [await directory.owner(), await directory.owner()];
    const { slug } = await stranger.call(getWorkspace, {});
    for (const workspace of [stranger.workspaceId, slug, 'no-such-workspace']) {
      await expect(directory.authoriseUser(owner.userId, { workspace })).rejects.toMatchObject({
        code: 'not_found',
        message: `no workspace "${workspace}" that you are a member of`,
        details: { kind: 'workspace', id: workspace },
      });
    }
  });

  it('does not reach the sandbox, by any of its names', async () => {
    const owner = await directory.owner();
    const { id, slug } = await (await directory.sandboxed(owner)).call(getWorkspace, {});
    for (const workspace of [id, slug]) {
      await expect(directory.authoriseUser(owner.userId, { workspace })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    expect(await directory.authoriseUser(owner.userId, { workspace: owner.workspaceId })).toMatchObject({
      workspace: { id: owner.workspaceId },
    });
  });

  it('is told what the path names, in the workspace that is named only', async () => {
    const owner = await directory.owner();
    const crew = await owner.call(createCrew, { name: 'Crew' });
    const agent = await owner.call(createAgent, { name: 'a', crew_id: crew.id });
    const path = { agent_id: agent.id, crew_id: crew.id };
    expect(
      await directory.authoriseUser(owner.userId, { workspace: owner.workspaceId, ...path }),
    ).toMatchObject({ agent: { id: agent.id, crew_id: crew.id }, crew_id: crew.id });
    const other = await owner.call(createWorkspace, { name: 'Other' });
    for (const workspace of [{ workspace: other.id }, {}]) {
      expect(await directory.authoriseUser(owner.userId, { ...workspace, ...path })).toMatchObject({
        agent: null,
        crew_id: null,
      });
    }
  });

  it('is known by the whole name, and by no pattern of it', async () => {
    const owner = await directory.owner();
    await owner.call(createMember, { user_id: 'Ann', role: 'ADMIN' });
    for (const subject of ['ann', 'Ann ', '%', 'An_', 'oidc:Ann']) {
      await expect(directory.authoriseUser(subject, { workspace: owner.workspaceId })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
  });

  it('has no role and no workspace where none is named, member or not', async () => {
    const owner = await directory.owner();
    for (const subject of [owner.userId, newSubject()]) {
      expect(await directory.authoriseUser(subject)).toEqual({
        actor: { kind: 'user', id: `oidc:${subject}`, user_id: subject },
        role: null,
        scopes: null,
        workspace: null,
        agent: null,
        crew_id: null,
        expires_at: null,
      });
    }
  });
});

it('takes a token or a user, and neither both nor none', async () => {
  const { token } = await directory.owner();
  const both = directory.authorise(token, { subject: 'user-42' });
  for (const asked of [both, directory.ask({}), directory.ask({ workspace: 'demo' })]) {
    await expect(asked).rejects.toMatchObject({ code: 'validation_failed' });
  }
});

it('says until when a token may be relied upon: to its expiry, or for ever', async () => {
  const owner = await directory.owner();
  expect(await directory.authorise(owner.token)).toMatchObject({ expires_at: null });
  const expires_at = '2090-01-31T10:00:00.000Z';
  const { token } = await owner.call(createToken, { name: 'x', kind: 'user', expires_at });
  expect(await directory.authorise(token ?? '')).toMatchObject({ expires_at });
});

describe('a user in no workspace', () => {
  it('can make one, and is its OWNER with and without the token that is answered', async () => {
    const subject = newSubject();
    const user = await directory.user(subject);
    const made = await user.call(createWorkspace, { name: 'First Ever' });
    expect(await directory.authorise(made.token ?? '')).toMatchObject({
      actor: { user_id: subject, role: 'OWNER' },
      workspace: { id: made.id },
    });
    const there = await directory.user(subject, made.id);
    expect((await there.call(listMembers, {})).members).toMatchObject([
      { user_id: subject, email: null, role: 'OWNER' },
    ]);
    expect((await there.call(listAudit, {})).entries).toMatchObject([
      {
        action: 'workspace.created',
        actor_kind: 'user',
        actor_id: `oidc:${subject}`,
        actor_user_id: subject,
      },
    ]);
  });

  it('makes one workspace with one Idempotency-Key, and the token is shown once', async () => {
    const user = (await directory.user(newSubject())).with({ idempotencyKey: 'first' });
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => user.call(createWorkspace, { name: 'Once' })),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ token }) => token !== null)).toHaveLength(1);
    expect(await user.failure(createWorkspace, { name: 'Twice' })).toMatchObject({
      code: 'idempotency_key_reused',
    });
    const other = (await directory.user(newSubject())).with({ idempotencyKey: 'first' });
    expect((await other.call(createWorkspace, { name: 'Twice' })).token).not.toBeNull();
  });

  it('lists the workspaces that they are a member of, page by page, without sandboxes', async () => {
    const subject = newSubject();
    const user = await directory.user(subject);
    const ids: string[] = [];
    for (let each = 0; each < 5; each++) {
      ids.push((await user.call(createWorkspace, { name: `Mine ${each}` })).id);
    }
    const host = await directory.owner();
    await host.call(createMember, { user_id: subject, role: 'VIEWER' });
    await directory.sandboxed(host);
    const expected = [...ids, host.workspaceId].sort();
    expect((await user.call(listWorkspaces, {})).workspaces.map(({ id }) => id)).toEqual(expected);

    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { workspaces: { id: string }[]; next_cursor: string | null } = await user.call(
        listWorkspaces,
        { limit: 2, ...(cursor === null ? {} : { cursor }) },
      );
      expect(page.workspaces.length).toBeLessThanOrEqual(2);
      paged.push(...page.workspaces.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(paged).toEqual(expected);
    expect(await user.failure(listWorkspaces, { cursor: 'x' })).toMatchObject({ code: 'validation_failed' });
  });

  it('lists nothing when they are a member of nothing', async () => {
    const user = await directory.user(newSubject());
    expect(await user.call(listWorkspaces, {})).toEqual({ workspaces: [], next_cursor: null });
  });
});
