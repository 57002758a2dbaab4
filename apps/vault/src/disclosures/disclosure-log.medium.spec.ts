import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import type { AuditEntry, AuditQuery } from '@hawser/contracts/directory';
import { discloseCredentials, listDisclosures, type DisclosedCredentials } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { refusalOf, type TestWorkspace } from '../testing/test-workspace.js';
import { VaultHarness } from '../testing/vault-harness.js';
import { LastUseRepository } from './last-use.repository.js';

const subject = { kind: 'agent' as const, id: 'agt_1' };

let database: TestDatabase;
let vault: VaultHarness;

beforeAll(async () => {
  database = await testDatabase();
  vault = await VaultHarness.start(database.url);
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await vault.stop();
  await database.drop();
});

const disclose = (
  caller: TestWorkspace,
  ids: string[] = [],
  requestId = 'req_1',
): Promise<DisclosedCredentials> =>
  caller.call(discloseCredentials, { ids, names: [], subject }, { requestId });

const entries = async (caller: TestWorkspace, query: AuditQuery = {}): Promise<AuditEntry[]> =>
  (await caller.call(listDisclosures, query)).entries;

/** What is sent to the database while `work` is under way. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const submit = jest.spyOn(pg.Query.prototype, 'submit');
  await work();
  return submit.mock.contexts.map((query) => (query as { text: string }).text);
}

describe('an answer with credentials', () => {
  it('is noted before it comes: to whom, what for, and the names of what was given out', async () => {
    const workspace = vault.workspace();
    const made = [];
    for (const name of ['b', 'a']) made.push(await workspace.credentials.create({ name }));
    const pending = await workspace.credentials.create({ name: 'c', type: 'oauth2' });
    await disclose(
      workspace,
      [...made, pending].map(({ id }) => id),
    );
    expect(await entries(workspace)).toEqual([
      {
        id: expect.stringMatching(/^aud_/),
        workspace_id: workspace.id,
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        actor_kind: 'user',
        actor_id: 'tok_test',
        actor_user_id: 'usr_test',
        action: 'credentials.disclosed',
        target_id: 'agt_1',
        target_name: null,
        fields: ['a', 'b'],
        request_id: 'req_1',
      },
    ]);
  });

  it('is noted when it has no credentials at all', async () => {
    const workspace = vault.workspace();
    await disclose(workspace.asAgent('agt_1'));
    expect(await entries(workspace)).toMatchObject([
      { actor_kind: 'agent', actor_id: 'tok_agt_1', actor_user_id: null, target_id: 'agt_1', fields: [] },
    ]);
  });

  it('does not come when it cannot be noted', async () => {
    const workspace = vault.workspace();
    const { id } = await workspace.credentials.create({ value: 'canary' });
    await vault.query('ALTER TABLE disclosures RENAME TO mislaid');
    const refusal = await refusalOf(disclose(workspace, [id]));
    await vault.query('ALTER TABLE mislaid RENAME TO disclosures');
    expect(refusal).toMatchObject({
      code: 'secret_encryption_unavailable',
      message: expect.stringContaining('cannot be written now'),
    });
    expect(inspect(refusal, { depth: 10 })).not.toContain('canary');
    expect(await entries(workspace)).toEqual([]);
    expect(await disclose(workspace, [id])).toMatchObject({ credentials: [{ value: 'canary' }] });
  });

  it('shares its note with others of the same moment, and each has its own entry', async () => {
    const workspace = vault.workspace();
    const { id } = await workspace.credentials.create();
    const answers = 50;
    const requests = Array.from({ length: answers }, (_, number) => `req_${number}`);
    const statements = await statementsOf(() =>
      Promise.all(requests.map((request) => disclose(workspace, [id], request))),
    );
    const inserts = statements.filter((text) => text.includes('INSERT INTO disclosures'));
    expect(inserts.length).toBeGreaterThan(0);
    expect(inserts.length).toBeLessThan(answers / 2);
    const noted = await entries(workspace);
    expect(noted.map(({ request_id }) => request_id).sort()).toEqual(requests.sort());
    expect(new Set(noted.map((entry) => entry.id)).size).toBe(answers);
  });

  it('brings nothing back of a workspace that has just gone', async () => {
    const workspace = vault.workspace();
    await workspace.credentials.create();
    await workspace.forget('workspace', workspace.id);
    await disclose(workspace);
    expect(await vault.rowsOf(workspace.id)).toEqual({ departed_tenants: 1 });
  });

  it('has its values in no log line, at any level, also when one of them cannot be decrypted or noted', async () => {
    const logged = (['log', 'warn', 'error', 'debug', 'verbose', 'fatal'] as const).map((level) =>
      jest.spyOn(Logger.prototype, level).mockReturnValue(undefined),
    );
    const workspace = vault.workspace();
    const good = await workspace.credentials.create({ value: 'canary-of-a-value' });
    const bad = await workspace.credentials.create({ value: 'canary-too' });
    await vault.query(`UPDATE secrets SET sealed = set_byte(sealed, 20, 0) WHERE owner_id = $1`, [bad.id]);
    await vault.query(`UPDATE secrets SET sealed = set_byte(sealed, 21, 0) WHERE owner_id = $1`, [bad.id]);
    await disclose(workspace, [good.id, bad.id]);
    await vault.query('ALTER TABLE disclosures RENAME TO mislaid');
    await refusalOf(disclose(workspace, [good.id, bad.id]));
    await vault.query('ALTER TABLE mislaid RENAME TO disclosures');
    const lines = logged.flatMap((level) => level.mock.calls.map((call) => inspect(call, { depth: 10 })));
    expect(lines.join()).toContain(`the value of "${bad.id}" does not open`);
    expect(lines.join()).toContain('relation "disclosures" does not exist');
    expect(lines.filter((line) => line.includes('canary'))).toEqual([]);
  });
});

describe('the log of answers', () => {
  it('goes back in pages, past entries of the same moment, and knows its actors, actions and times', async () => {
    const workspace = vault.workspace();
    const other = workspace.for({ kind: 'user', id: 'tok_2', user_id: 'usr_2', role: 'ADMIN' });
    for (const [caller, request] of [
      [workspace, 'first'],
      [other, 'second'],
      [workspace, 'third'],
    ] as const)
      await disclose(caller, [], request);
    await vault.query(`UPDATE disclosures SET at = '2026-11-21T10:00:00Z' WHERE workspace_id = $1`, [
      workspace.id,
    ]);
    await disclose(other, [], 'last');
    const requests = async (query: AuditQuery): Promise<string[]> =>
      (await entries(workspace, query)).map(({ request_id }) => request_id);

    const first = await workspace.call(listDisclosures, { limit: 2 });
    const rest = await workspace.call(listDisclosures, { limit: 2, cursor: first.next_cursor ?? '' });
    expect([...first.entries, ...rest.entries].map(({ request_id }) => request_id)).toEqual([
      'last',
      'third',
      'second',
      'first',
    ]);
    expect(rest.next_cursor).toBeNull();
    expect(await requests({ actor: 'tok_2' })).toEqual(['last', 'second']);
    expect(await requests({ actor: 'usr_test' })).toEqual(['third', 'first']);
    expect(
      await requests({ action: 'credentials.disclosed', until: '2026-11-21T11:00:00+00:30' }),
    ).toHaveLength(3);
    expect(await requests({ since: '2026-11-21T10:00:01' })).toEqual(['last']);
    expect(await requests({ action: 'crew.created' })).toEqual([]);
  });

  it("never shows another workspace's", async () => {
    await disclose(vault.workspace());
    expect(await entries(vault.workspace())).toEqual([]);
  });
});

describe('the last use of a credential', () => {
  const usedAt = async (workspace: TestWorkspace, id: string): Promise<string | null> =>
    (await workspace.credentials.get(id)).last_used_at;

  /** It is noted behind the answer. */
  async function noted(workspace: TestWorkspace, id: string): Promise<string> {
    for (const giveUpAt = Date.now() + 10_000; Date.now() < giveUpAt;) {
      const at = await usedAt(workspace, id);
      if (at !== null) return at;
    }
    throw new Error(`no use of ${id} was noted`);
  }

  it('is noted by the first answer of a minute', async () => {
    const workspace = vault.workspace();
    const { id } = await workspace.credentials.create();
    expect(await usedAt(workspace, id)).toBeNull();
    await Promise.all(Array.from({ length: 10 }, () => disclose(workspace, [id])));
    const first = await noted(workspace, id);
    const statements = await statementsOf(async () => {
      for (let times = 0; times < 3; times++) await disclose(workspace, [id]);
    });
    expect(statements.filter((text) => text.includes('INSERT INTO credential_uses'))).toEqual([]);
    expect(await usedAt(workspace, id)).toBe(first);
  });

  it('stays for a minute as another process has noted it, and is none of a credential that is gone', async () => {
    const workspace = vault.workspace();
    const { id } = await workspace.credentials.create();
    const note = (): Promise<void> =>
      vault
        .get(LastUseRepository)
        .note(['cred_gone', id].map((credential_id) => ({ workspace_id: workspace.id, credential_id })));
    await note();
    const first = await usedAt(workspace, id);
    await note();
    expect(await usedAt(workspace, id)).toBe(first);
    const minuteAgo = `UPDATE credential_uses SET last_used_at = now() - interval '61 seconds' WHERE credential_id = $1`;
    await vault.query(minuteAgo, [id]);
    await note();
    expect(Date.parse((await usedAt(workspace, id)) ?? '')).toBeGreaterThanOrEqual(Date.parse(first ?? ''));
    expect(await vault.rowsOf(workspace.id)).toMatchObject({ credential_uses: 1 });
  });

  it('is none where no value was given out', async () => {
    const workspace = vault.workspace();
    const pending = await workspace.credentials.create({ type: 'oauth2' });
    const used = await workspace.credentials.create();
    await disclose(workspace, [pending.id, used.id]);
    await noted(workspace, used.id);
    expect(await usedAt(workspace, pending.id)).toBeNull();
  });

  it('stands in the way of no answer, however long it takes', async () => {
    const workspace = vault.workspace();
    const { id } = await workspace.credentials.create({ value: 'shown' });
    const gate = vault.get(DataSource).createQueryRunner();
    await gate.startTransaction();
    await gate.query('LOCK TABLE credential_uses IN SHARE MODE');
    expect(await disclose(workspace, [id])).toMatchObject({ credentials: [{ value: 'shown' }] });
    expect(await usedAt(workspace, id)).toBeNull();
    await gate.rollbackTransaction();
    await gate.release();
    await noted(workspace, id);
  });

  it('stands in the way of no answer when it cannot be noted, and the next one notes it', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    const workspace = vault.workspace();
    const { id } = await workspace.credentials.create({ value: 'shown' });
    await vault.query('ALTER TABLE credential_uses ADD CONSTRAINT "full" CHECK (false) NOT VALID');
    expect(await disclose(workspace, [id])).toMatchObject({ credentials: [{ value: 'shown' }] });
    for (const giveUpAt = Date.now() + 10_000; warned.mock.calls.length === 0 && Date.now() < giveUpAt;)
      await usedAt(workspace, id);
    expect(warned).toHaveBeenCalledWith(
      expect.stringContaining('the last uses of 1 credentials are not noted'),
    );
    await vault.query('ALTER TABLE credential_uses DROP CONSTRAINT "full"');
    await disclose(workspace, [id]);
    await noted(workspace, id);
  });
});
