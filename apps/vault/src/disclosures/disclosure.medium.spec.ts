import { jest } from '@jest/globals';
import {
  describeCredentials,
  discloseCredentials,
  type Credential,
  type DiscloseCredentials,
  type DisclosedCredential,
} from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import pg from 'pg';
import { refusalOf, type TestWorkspace } from '../testing/test-workspace.js';
import { VaultHarness } from '../testing/vault-harness.js';

const agent = { kind: 'agent' as const, id: 'agt_1' };

let database: TestDatabase;
let vault: VaultHarness;

beforeAll(async () => {
  database = await testDatabase();
  vault = await VaultHarness.start(database.url);
});
afterAll(async () => {
  await vault.stop();
  await database.drop();
});

const byName = (one: { name: string }, other: { name: string }): number => (one.name < other.name ? -1 : 1);

async function disclosed(
  caller: TestWorkspace,
  asked: Partial<DiscloseCredentials>,
): Promise<DisclosedCredential[]> {
  const request = { ids: [], names: [], subject: agent, ...asked };
  return (await caller.call(discloseCredentials, request)).credentials.sort(byName);
}

/** Of a credential as it is shown, what else goes with its value. */
const summary = ({
  id,
  name,
  type,
  status,
  status_reason,
  allowed_origins,
  expires_at,
}: Credential): object => ({
  id,
  name,
  type,
  status,
  status_reason,
  allowed_origins,
  expires_at,
});

describe('credentials that are described', () => {
  it('come by id and by name, each once, without a value and without a note of it', async () => {
    const workspace = vault.workspace();
    const one = await workspace.credentials.create({
      name: 'a',
      allowed_origins: ['https://mcp.example.com'],
    });
    const other = await workspace.credentials.create({ name: 'b', expires_at: '2100-01-01T00:00:00.000Z' });
    const asked = { ids: [one.id, 'cred_none'], names: ['a', 'b', 'none'] };
    const viewer = workspace.as('VIEWER');
    const { credentials } = await viewer.call(describeCredentials, asked);
    expect(credentials.sort(byName)).toEqual([summary(one), summary(other)]);
    expect(await vault.rowsOf(workspace.id)).not.toHaveProperty('disclosures');
  });

  it("are none of another workspace's", async () => {
    const { id, name } = await vault.workspace().credentials.create();
    const asked = { ids: [id], names: [name] };
    expect(await vault.workspace().call(describeCredentials, asked)).toEqual({ credentials: [] });
  });
});

describe('credentials that are given out', () => {
  it('come by id and by name, each once, with their values', async () => {
    const workspace = vault.workspace();
    const one = await workspace.credentials.create({ name: 'a', value: 'the first' });
    const text = 'line\nend, ünïcode and "quotes"';
    const other = await workspace.credentials.create({ name: 'b', type: 'secret', value: text });
    const answer = await disclosed(workspace, {
      ids: [one.id, one.id, 'cred_none'],
      names: ['a', 'b', 'none'],
    });
    expect(answer).toEqual([
      { ...summary(one), value: 'the first', retryable: false },
      { ...summary(other), value: text, retryable: false },
    ]);
  });

  it("are none of another workspace's", async () => {
    const { id, name } = await vault.workspace().credentials.create();
    expect(await disclosed(vault.workspace(), { ids: [id], names: [name] })).toEqual([]);
  });

  it.each(['pending', 'expired', 'revoked', 'error'])(
    'have no value while they are %s, and say why',
    async (status) => {
      const workspace = vault.workspace();
      const one = await workspace.credentials.create();
      await vault.query(`UPDATE credentials SET status = $2, status_reason = 'because' WHERE id = $1`, [
        one.id,
        status,
      ]);
      expect(await disclosed(workspace, { ids: [one.id] })).toEqual([
        { ...summary(one), status, status_reason: 'because', value: null, retryable: false },
      ]);
    },
  );

  it('have no value after the time that they were given, and the same is said of them when described', async () => {
    const workspace = vault.workspace();
    const one = await workspace.credentials.create({ expires_at: '2100-01-01T00:00:00.000Z' });
    await vault.query(`UPDATE credentials SET expires_at = now() - interval '1 second' WHERE id = $1`, [
      one.id,
    ]);
    const [answer] = await disclosed(workspace, { ids: [one.id] });
    expect(answer).toMatchObject({ status: 'expired', value: null, retryable: false });
    const { credentials } = await workspace.call(describeCredentials, { ids: [one.id], names: [] });
    expect(credentials).toMatchObject([{ status: 'expired', status_reason: answer?.status_reason }]);
  });

  it('come although the ciphertext of one of them has been tampered with', async () => {
    const workspace = vault.workspace();
    const good = await workspace.credentials.create({ name: 'good', value: 'intact' });
    const bad = await workspace.credentials.create({ name: 'bad' });
    await vault.query(
      `UPDATE secrets SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE owner_id = $1`,
      [bad.id],
    );
    expect(await disclosed(workspace, { ids: [good.id, bad.id] })).toEqual([
      {
        ...summary(bad),
        status: 'error',
        status_reason: expect.stringContaining('cannot be decrypted'),
        value: null,
        retryable: false,
      },
      { ...summary(good), value: 'intact', retryable: false },
    ]);
  });

  it('are refused altogether where the key that the workspace needs is missing', async () => {
    const workspace = vault.workspace();
    const one = await workspace.credentials.create();
    await vault.query(`UPDATE data_keys SET master_key_id = 'retired' WHERE workspace_id = $1`, [
      workspace.id,
    ]);
    expect(await refusalOf(disclosed(workspace, { ids: [one.id] }))).toMatchObject({
      code: 'secret_encryption_unavailable',
    });
    expect(await vault.rowsOf(workspace.id)).not.toHaveProperty('disclosures');
  });

  it('take one query to read and one to note, however many there are', async () => {
    const workspace = vault.workspace();
    const made = await Promise.all(Array.from({ length: 20 }, () => workspace.credentials.create()));
    const ids = made.map(({ id }) => id);
    const submit = jest.spyOn(pg.Query.prototype, 'submit');
    expect(await disclosed(workspace, { ids, names: made.map(({ name }) => name) })).toHaveLength(20);
    const statements = submit.mock.contexts.map((query) => (query as { text: string }).text);
    submit.mockRestore();
    // What other tests, and the worker that renews tokens, have still to do is none of it.
    const own = statements.filter((text) => !/INSERT INTO credential_uses|refresh_leases/.test(text));
    expect(own.map((text) => /\w+/.exec(text)?.[0])).toEqual(['SELECT', 'INSERT']);
  });
});

describe('the query for values', () => {
  it.each(['by-id', 'by-id-or-name'])(
    'is planned once a connection, %s, although workspaces differ much in size',
    async (how) => {
      const [large, small] = [vault.workspace(), vault.workspace()];
      const many = `INSERT INTO credentials (id, workspace_id, name, type, status, version)
        SELECT $1 || n, $1, 'name-' || n, 'bearer', 'active', 1 FROM generate_series(1, 2000) n`;
      await vault.query(many, [large.id]);
      await vault.query('ANALYZE');
      const { id, name } = await small.credentials.create();
      const asked = how === 'by-id' ? { ids: [id] } : { names: [name] };
      // After five plans of its own for a call PostgreSQL compares their mean cost with that of the prepared one.
      const plansOfCalls = 5;
      let seen = { own: 0, prepared: 0 };
      // Calls are spread over connections, each of which counts by itself.
      for (let call = 0; seen.own + seen.prepared < 2 * plansOfCalls && call < 500; call++) {
        await disclosed(small, asked);
        const [row] = await vault.query<typeof seen>(
          `SELECT custom_plans::int AS own, generic_plans::int AS prepared FROM pg_prepared_statements
            WHERE name = $1`,
          [`sealed-credentials-${how}`],
        );
        seen = row ?? seen;
      }
      expect(seen.prepared).toBeGreaterThan(0);
      // Some more where statistics change meanwhile, after which it compares again.
      expect(seen.own).toBeLessThan(2 * plansOfCalls);
    },
  );
});

describe('who is given values', () => {
  it.each(['OWNER', 'ADMIN'] as const)('an %s is, for agents and for servers', async (role) => {
    const workspace = vault.workspace();
    const { id } = await workspace.credentials.create({ value: 'shown' });
    for (const kind of ['agent', 'server'] as const) {
      const answer = await disclosed(workspace.as(role), { ids: [id], subject: { kind, id: 'x_1' } });
      expect(answer).toMatchObject([{ value: 'shown' }]);
    }
  });

  it.each(['MANAGER', 'MEMBER', 'VIEWER'] as const)('a %s is not', async (role) => {
    const workspace = vault.workspace();
    const { id } = await workspace.credentials.create();
    expect(await refusalOf(disclosed(workspace.as(role), { ids: [id] }))).toMatchObject({
      code: 'forbidden',
    });
    expect(await vault.rowsOf(workspace.id)).not.toHaveProperty('disclosures');
  });

  it('a service of ours is not, without a person or an agent that it works for', async () => {
    const workspace = vault.workspace();
    const service = workspace.for({ kind: 'system', id: 'bindings' });
    expect(await refusalOf(disclosed(service, {}))).toMatchObject({ code: 'forbidden' });
  });

  it('an agent is for itself, and neither for another agent nor for a server', async () => {
    const workspace = vault.workspace();
    const { id } = await workspace.credentials.create({ value: 'shown' });
    const caller = workspace.asAgent('agt_1');
    expect(await disclosed(caller, { ids: [id] })).toMatchObject([{ value: 'shown' }]);
    for (const subject of [
      { kind: 'agent' as const, id: 'agt_2' },
      { kind: 'server' as const, id: 'agt_1' },
    ]) {
      expect(await refusalOf(disclosed(caller, { ids: [id], subject }))).toMatchObject({ code: 'forbidden' });
    }
  });
});
