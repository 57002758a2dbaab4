import { createHash, randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import { createCredential, setOAuthClient, type CreateCredential } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { Logger } from '@nestjs/common';
import { refusalOf, type TestWorkspace } from '../testing/test-workspace.js';
import { VaultHarness } from '../testing/vault-harness.js';
import { CredentialStore } from './credential-store.js';
import { CredentialRepository } from './credential.repository.js';

/** All the ways in which a text could lie in a dump: itself, as bytes, as base64 at any offset, and their hashes. */
function formsOf(secret: string): string[] {
  const shifted = [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.from(`${' '.repeat(offset)}${secret}`);
    // Whole groups of three bytes, without those that its neighbours have a part in.
    const inner = padded.subarray(offset === 0 ? 0 : 3, padded.length - (padded.length % 3));
    return [inner.toString('base64'), inner.toString('base64url')];
  });
  const hash = createHash('sha256').update(secret).digest();
  const hashes = (['hex', 'base64', 'base64url'] as const).map((encoding) => hash.toString(encoding));
  return [secret, Buffer.from(secret).toString('hex'), ...shifted, ...hashes];
}

describe('the values of credentials', () => {
  let database: TestDatabase;
  let harness: VaultHarness;
  let workspace: TestWorkspace;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await VaultHarness.start(database.url);
  });
  beforeEach(() => {
    workspace = harness.workspace();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  const dump = async (): Promise<string[]> => {
    const tables = await harness.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'vault'`,
    );
    const rows = await Promise.all(
      tables.map(({ name }) =>
        harness.query<{ row: string }>(`SELECT '${name} ' || t::text AS row FROM ${name} t`),
      ),
    );
    return rows.flat().map(({ row }) => row);
  };
  const found = (lines: string[], secrets: string[]): string[] => {
    const forms = secrets.flatMap(formsOf);
    return lines.filter((line) => forms.some((form) => line.includes(form)));
  };
  const keyed = (input: CreateCredential, key: string): Promise<object> =>
    workspace.call(createCredential, input, { idempotencyKey: key });

  it('are found by this search where they are not encrypted', async () => {
    const secret = `secret-${randomUUID()}`;
    for (const disguise of [
      '$1',
      `encode(convert_to('x' || $1, 'UTF8'), 'base64')`,
      `encode(sha256($1::bytea), 'hex')`,
    ]) {
      const [row] = await harness.query<{ row: string }>(`SELECT replace(${disguise}, E'\\n', '') AS row`, [
        secret,
      ]);
      expect(found([row?.row ?? ''], [secret])).toHaveLength(1);
    }
  });

  it('are nowhere in the database, in no form', async () => {
    const secrets = Array.from({ length: 7 }, () => `secret-${randomUUID()}`);
    const [given, keyedValue, patched, deleted, access, refresh, client] = secrets as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    await workspace.credentials.create({ value: given });
    await keyed({ name: 'keyed', type: 'basic', value: `user:${keyedValue}` }, 'one');
    const { id: toPatch } = await workspace.credentials.create();
    await workspace.credentials.update(toPatch, { value: patched });
    const { id: toDelete } = await workspace.credentials.create({ value: deleted });
    await workspace.credentials.delete(toDelete);
    const { id } = await workspace.credentials.create({ type: 'oauth2' });
    const pending = await harness.get(CredentialRepository).find(workspace.id, id);
    await harness.get(CredentialStore).storeSignIn(workspace.context, pending!, {
      accessToken: access,
      refreshToken: refresh,
      expiresInS: 3600,
      scopes: ['repo'],
    });
    const github = { provider_id: 'github', client_id: 'client', client_secret: client };
    await workspace.call(setOAuthClient, github);
    const rows = await dump();
    expect(new Set(rows.map((row) => row.split(' ')[0]))).toEqual(
      new Set([
        'credentials',
        'data_keys',
        'idempotency_keys',
        'migrations',
        'oauth_clients',
        'outbox',
        'secrets',
      ]),
    );
    expect(found(rows, secrets)).toEqual([]);
  });

  it('leave no trace in what is kept for an Idempotency-Key: another value, the same record', async () => {
    const request = { name: 'pin', type: 'secret' } as const;
    await keyed({ ...request, value: '0000' }, 'key');
    const other = harness.workspace();
    await other.call(createCredential, { ...request, value: '9999' }, { idempotencyKey: 'key' });
    const records = await harness.query<{ request_hash: string; answer: object }>(
      `SELECT request_hash, answer FROM idempotency_keys WHERE workspace_id = ANY($1)`,
      [[workspace.id, other.id]],
    );
    expect(new Set(records.map(({ request_hash }) => request_hash)).size).toBe(1);
    expect(records.map(({ answer }) => Object.keys(answer).includes('value'))).toEqual([false, false]);
  });

  it('are in no error and no log line, whatever goes wrong', async () => {
    const secret = `secret-${randomUUID()}`;
    const logged = (['log', 'warn', 'error', 'debug', 'verbose', 'fatal'] as const).map((level) =>
      jest.spyOn(Logger.prototype, level).mockReturnValue(undefined),
    );
    const { id } = await workspace.credentials.create({ name: 'taken', type: 'basic' });
    await keyed({ name: 'keyed', type: 'bearer', value: secret }, 'key');
    await harness.query('ALTER TABLE secrets RENAME COLUMN sealed TO mislaid');
    const broken = [
      await refusalOf(workspace.credentials.create({ value: secret })),
      await refusalOf(workspace.credentials.update(id, { value: `user:${secret}` })),
    ];
    await harness.query('ALTER TABLE secrets RENAME COLUMN mislaid TO sealed');
    expect(broken.map(({ code }) => code)).toEqual(['internal', 'internal']);
    const refused = [
      await refusalOf(workspace.credentials.create({ name: 'taken', value: secret })),
      await refusalOf(workspace.credentials.create({ type: 'basic', value: secret })),
      await refusalOf(workspace.credentials.create({ type: 'oauth2', value: secret })),
      await refusalOf(workspace.credentials.create({ value: `${secret}${'x'.repeat(40_000)}` })),
      await refusalOf(workspace.credentials.create({ value: { secret } as unknown as string })),
      await refusalOf(workspace.credentials.update(id, { value: secret })),
      await refusalOf(keyed({ name: 'keyed', type: 'bearer', value: `${secret}-other` }, 'key')),
    ];
    const lines = logged.flatMap((level) => level.mock.calls.map((call) => inspect(call, { depth: 10 })));
    expect(lines.join()).toContain('column "sealed" of relation "secrets" does not exist');
    const errors = [...broken, ...refused].map((error) => inspect(error, { depth: 10 }));
    expect(found([...errors, ...lines], [secret])).toEqual([]);
  });
});
