import { randomUUID } from 'node:crypto';
import type { AnyEvent, RecordChange } from '@hawser/contracts';
import { bindingsChanged } from '@hawser/contracts/bindings';
import {
  createAgent,
  createCrew,
  createMember,
  createToken,
  deleteAgent,
  deleteCrew,
  deleteMember,
  deleteToken,
  deleteWorkspace,
  listAudit,
  updateAgent,
  updateCrew,
  updateMember,
  updateWorkspace,
  type AuditEntry,
  type AuditPage,
  type AuditQuery,
} from '@hawser/contracts/directory';
import { vaultChanged } from '@hawser/contracts/vault';
import type { EventEnvelope } from '@hawser/messaging';
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

async function entries(caller: Caller, query: AuditQuery = {}): Promise<AuditEntry[]> {
  return (await caller.call(listAudit, query)).entries;
}

/** What `bindings` or the vault tells of a change. */
function event(
  caller: Caller,
  change: Partial<RecordChange> = {},
  occurredAt = new Date(),
  { subject }: AnyEvent = bindingsChanged,
): EventEnvelope {
  const data = {
    entity: 'crew_server',
    fact: 'updated',
    id: 'srv_1',
    name: 'github',
    fields: ['endpoint'],
    ...change,
  };
  return {
    id: `evt_${randomUUID()}`,
    subject,
    occurred_at: occurredAt.toISOString(),
    workspace_id: caller.workspaceId,
    actor: caller.context.actor,
    request_id: 'req-of-the-change',
    data,
  };
}

describe('the audit log', () => {
  it('has every change, by whom and to what, newest first', async () => {
    const owner = await directory.owner('Audited');
    const crew = await owner.call(createCrew, { name: 'Crew' });
    await owner.call(updateCrew, { crew_id: crew.id, name: 'Renamed' });
    const agent = await owner.call(createAgent, { name: 'scout' });
    await owner.call(updateAgent, { agent_id: agent.id, crew_id: crew.id, owner_id: owner.userId });
    await owner.call(deleteAgent, { agent_id: agent.id });
    await owner.call(deleteCrew, { crew_id: crew.id });
    const member = await owner.call(createMember, { user_id: 'usr_ann', role: 'VIEWER' });
    await owner.call(updateMember, { member_id: member.id, role: 'ADMIN' });
    await owner.call(deleteMember, { member_id: member.id });
    const token = await owner.call(createToken, { name: 'ci', kind: 'service', role: 'VIEWER' });
    await owner.call(deleteToken, { token_id: token.id });
    await owner.call(updateWorkspace, { name: 'Other', plan: 'pro' });

    const log = await entries(owner);
    expect(
      log.map(({ action, target_id, target_name, fields }) => [action, target_id, target_name, fields]),
    ).toEqual(
      [
        ['workspace.created', owner.workspaceId, 'Audited', []],
        ['crew.created', crew.id, 'Crew', []],
        ['crew.updated', crew.id, 'Renamed', ['name']],
        ['agent.created', agent.id, 'scout', []],
        ['agent.updated', agent.id, 'scout', ['crew_id', 'owner_id']],
        ['agent.deleted', agent.id, 'scout', []],
        ['crew.deleted', crew.id, 'Renamed', []],
        ['member.created', member.id, 'usr_ann', []],
        ['member.updated', member.id, 'usr_ann', ['role']],
        ['member.deleted', member.id, 'usr_ann', []],
        ['token.created', token.id, 'ci', []],
        ['token.deleted', token.id, 'ci', []],
        ['workspace.updated', owner.workspaceId, 'Other', ['name', 'plan']],
      ].reverse(),
    );
    expect(log[0]).toMatchObject({
      workspace_id: owner.workspaceId,
      actor_kind: 'user',
      actor_id: owner.context.actor.id,
      actor_user_id: owner.userId,
      request_id: owner.context.requestId,
    });
    expect(JSON.stringify(log)).not.toContain(token.token);
  });

  it('has nothing of what was refused or changed nothing', async () => {
    const owner = await directory.owner();
    const crew = await owner.call(createCrew, { name: 'Crew' });
    const before = await entries(owner);
    await owner.call(updateCrew, { crew_id: crew.id, name: 'Crew' });
    await owner.failure(createCrew, { name: 'Crew', slug: crew.slug });
    await owner.failure(createToken, { name: 'x', kind: 'agent', agent_id: 'agt_none' });
    expect(await entries(owner)).toEqual(before);
  });

  it('has a repeated request once', async () => {
    const owner = (await directory.owner()).with({ idempotencyKey: 'once' });
    for (let n = 0; n < 2; n++) await owner.call(createCrew, { name: 'Crew' });
    expect(await entries(owner, { action: 'crew.created' })).toHaveLength(1);
  });

  it('has tokens of the sandbox in the log of whoever made them', async () => {
    const owner = await directory.owner();
    const tester = await directory.sandboxed(owner);
    expect(await entries(owner, { action: 'token.created' })).toMatchObject([
      { target_id: tester.context.actor.id },
    ]);
    expect(await entries(tester)).toEqual([]);
    await tester.call(createCrew, { name: 'Crew' });
    expect(await entries(tester)).toMatchObject([{ action: 'crew.created' }]);
    expect(await entries(owner, { action: 'crew.created' })).toEqual([]);
  });
});

describe("another service's change", () => {
  it('is noted with the time, the actor and the request of the change', async () => {
    const owner = await directory.owner();
    const told = event(owner, {}, new Date('2026-11-21T10:00:00.123Z'));
    await directory.events.publish(told);
    expect(await entries(owner, { action: 'crew_server.updated' })).toEqual([
      {
        id: expect.stringMatching(/^aud_/),
        workspace_id: owner.workspaceId,
        at: '2026-11-21T10:00:00.123Z',
        actor_kind: 'user',
        actor_id: owner.context.actor.id,
        actor_user_id: owner.userId,
        action: 'crew_server.updated',
        target_id: 'srv_1',
        target_name: 'github',
        fields: ['endpoint'],
        request_id: 'req-of-the-change',
      },
    ]);
  });

  it("of the vault's is noted too, also when nobody of the workspace made it", async () => {
    const owner = await directory.owner();
    const change = { entity: 'credential', id: 'cred_1', name: 'github', fields: ['value', 'expires_at'] };
    await directory.events.publish({
      ...event(owner, change, new Date(), vaultChanged),
      actor: { kind: 'system', id: 'vault' },
    });
    expect(await entries(owner, { action: 'credential.updated' })).toMatchObject([
      {
        actor_kind: 'system',
        actor_id: 'vault',
        actor_user_id: null,
        target_id: 'cred_1',
        fields: change.fields,
      },
    ]);
  });

  it('is noted once, however often the event comes', async () => {
    const owner = await directory.owner();
    const told = event(owner);
    await Promise.all([1, 2, 3].map(() => directory.events.publish(told)));
    await directory.events.publish(told);
    expect(await entries(owner, { action: 'crew_server.updated' })).toHaveLength(1);
  });

  it('is dropped when its workspace is gone', async () => {
    const owner = await directory.owner();
    await owner.call(deleteWorkspace, {});
    await directory.events.publish(event(owner));
    const left = await directory.query(`SELECT 1 FROM audit_log WHERE workspace_id = $1`, [
      owner.workspaceId,
    ]);
    expect(left).toEqual([]);
  });

  it('neither fails nor stays when its workspace goes at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const owner = await directory.owner();
      await Promise.all([
        owner.call(deleteWorkspace, {}),
        ...[1, 2, 3].map(() => directory.events.publish(event(owner))),
      ]);
      const left = await directory.query(`SELECT 1 FROM audit_log WHERE workspace_id = $1`, [
        owner.workspaceId,
      ]);
      expect(left).toEqual([]);
    }
  });
});

describe('reading the log', () => {
  const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 10, minute));

  it('goes back in pages, past entries of the same moment', async () => {
    const owner = await directory.owner();
    for (const [n, minute] of [1, 1, 1, 2, 3].entries()) {
      await directory.events.publish(event(owner, { id: `srv_${n}` }, at(minute)));
    }
    const whole = await entries(owner, { action: 'crew_server.updated' });
    expect(whole.map((entry) => entry.at)).toEqual([3, 2, 1, 1, 1].map((minute) => at(minute).toISOString()));
    const walked: AuditEntry[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: AuditPage = await owner.call(listAudit, {
        action: 'crew_server.updated',
        limit: 2,
        ...(cursor === '' ? {} : { cursor }),
      });
      walked.push(...page.entries);
      cursor = page.next_cursor;
    }
    expect(walked).toEqual(whole);
  });

  it('can begin at a time and end before another', async () => {
    const owner = await directory.owner();
    for (const minute of [1, 2, 3])
      await directory.events.publish(event(owner, { id: `srv_${minute}` }, at(minute)));
    const ids = async (query: AuditQuery): Promise<string[]> =>
      (await entries(owner, { action: 'crew_server.updated', ...query })).map((entry) => entry.target_id);
    expect(await ids({ since: at(2).toISOString() })).toEqual(['srv_3', 'srv_2']);
    expect(await ids({ until: at(2).toISOString() })).toEqual(['srv_1']);
    expect(await ids({ since: at(2).toISOString(), until: '2026-11-21T11:03:00+01:00' })).toEqual(['srv_2']);
    expect(await owner.failure(listAudit, { since: 'yesterday' })).toMatchObject({
      code: 'validation_failed',
      details: { errors: [{ field: 'since' }] },
    });
    expect(
      await owner.failure(listAudit, { cursor: Buffer.from('["x","y"]').toString('base64url') }),
    ).toMatchObject({ code: 'validation_failed' });
  });

  it('can be of one actor: a token, or a user whatever the token', async () => {
    const owner = await directory.owner();
    const colleague = await directory.colleague(owner, 'ADMIN');
    const { token } = await colleague.call(createToken, { name: 'second', kind: 'user' });
    const again = await directory.caller(token ?? '');
    await colleague.call(createCrew, { name: 'One' });
    await again.call(createCrew, { name: 'Two' });
    const names = async (actor: string): Promise<(string | null)[]> =>
      (await entries(owner, { actor, action: 'crew.created' })).map((entry) => entry.target_name);
    expect(await names(colleague.context.actor.id)).toEqual(['One']);
    expect(await names(colleague.userId)).toEqual(['Two', 'One']);
    expect(await names('nobody')).toEqual([]);
  });

  it("never shows another workspace's", async () => {
    const [here, there] = [await directory.owner(), await directory.owner()];
    await there.call(createCrew, { name: 'Theirs' });
    expect(await entries(here, { action: 'crew.created' })).toEqual([]);
    expect(await entries(here, { actor: there.userId })).toEqual([]);
  });
});
