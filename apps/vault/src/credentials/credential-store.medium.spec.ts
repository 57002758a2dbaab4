import type { CallContext } from '@hawser/contracts';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import type { Tokens } from '../oauth/servers/oauth-server.js';
import { Secrets } from '../secrets/secrets.js';
import { pendingCredential } from '../testing/pending-credential.js';
import type { TestWorkspace } from '../testing/test-workspace.js';
import { VaultHarness } from '../testing/vault-harness.js';
import { CredentialStore } from './credential-store.js';
import { CredentialRepository } from './credential.repository.js';
import type { CredentialEntity } from './credential.entity.js';

const hourS = 3_600;
const statusChanged = 'hawser.events.vault.credential.status-changed.v1';

describe('what sign-ins and renewals do to a credential', () => {
  let database: TestDatabase;
  let harness: VaultHarness;
  let store: CredentialStore;
  let workspace: TestWorkspace;
  let context: CallContext;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await VaultHarness.start(database.url);
    store = harness.get(CredentialStore);
  });
  beforeEach(() => {
    workspace = harness.workspace();
    context = workspace.for({ kind: 'system', id: 'vault' }).context;
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  const pending = (): Promise<CredentialEntity> => pendingCredential(harness, workspace);
  const tokens = (fields: Partial<Tokens> = {}): Tokens => ({
    accessToken: 'access-1',
    refreshToken: 'refresh-1',
    expiresInS: hourS,
    scopes: null,
    ...fields,
  });
  /** One that has been signed in for, with the version that this made. */
  const active = async (given = tokens()): Promise<CredentialEntity> => {
    const row = await pending();
    await store.storeSignIn(context, row, given);
    return current(row);
  };
  const current = async ({ id }: { id: string }): Promise<CredentialEntity> => {
    const row = await harness.get(CredentialRepository).find(workspace.id, id);
    if (row === null) throw new Error(`credential ${id} has gone`);
    return row;
  };
  const secretsOf = ({ id }: { id: string }): Promise<object> =>
    harness.get(Secrets).read({ workspaceId: workspace.id, ownerId: id });
  const told = async (): Promise<unknown[]> =>
    (await harness.told(workspace.id)).map(({ subject, actor, data }) => [subject, actor.id, data]);

  describe('tokens', () => {
    it('make it active, with the times of their life', async () => {
      const began = Date.now();
      const row = await pending();
      expect(await store.storeSignIn(context, row, tokens({ scopes: ['repo', 'user'] }))).toBe(true);
      const { expires_at, stale_at, refresh_at, ...rest } = await current(row);
      expect(rest).toMatchObject({
        status: 'active',
        status_reason: null,
        scopes: ['repo', 'user'],
        version: 1,
        refresh_failures: 0,
        retry_at: null,
      });
      const [expiresMs, staleMs, refreshMs] = [expires_at, stale_at, refresh_at].map(Number) as [
        number,
        number,
        number,
      ];
      expect(expiresMs).toBeGreaterThanOrEqual(began + hourS * 1000);
      expect(expiresMs).toBeLessThanOrEqual(Date.now() + hourS * 1000);
      expect(expiresMs - staleMs).toBe(300_000);
      expect(staleMs - refreshMs).toBeGreaterThanOrEqual(0);
      expect(staleMs - refreshMs).toBeLessThanOrEqual(300_000);
      expect(await secretsOf(row)).toEqual({ value: 'access-1', refresh_token: 'refresh-1' });
    });

    it('are told of by the names of fields, and by the new status', async () => {
      const { id } = await active();
      expect((await told()).slice(1)).toEqual([
        [
          'hawser.events.vault.record.changed.v1',
          'vault',
          {
            entity: 'credential',
            fact: 'updated',
            id,
            name: 'github',
            fields: ['value', 'status', 'status_reason', 'expires_at'],
          },
        ],
        [statusChanged, 'vault', { credential_id: id, name: 'github', status: 'active', reason: null }],
      ]);
    });

    it('of a renewal are told of as a new value alone, for the status is the old one', async () => {
      const row = await active();
      const before = (await told()).length;
      await store.storeRenewal(context, row, tokens({ accessToken: 'access-2' }));
      expect((await told()).slice(before)).toEqual([
        [
          'hawser.events.vault.record.changed.v1',
          'vault',
          expect.objectContaining({ fact: 'updated', fields: ['value', 'expires_at'] }),
        ],
      ]);
    });

    it('of a renewal leave what they do not say: refresh token, scopes and client', async () => {
      const row = await active(tokens({ scopes: ['repo', 'user'] }));
      const renewed = tokens({ accessToken: 'access-2', refreshToken: null });
      const other = { ...row, client_id: 'client-2' };
      expect(await store.storeRenewal(context, other, renewed)).toBe(true);
      expect(await current(row)).toMatchObject({
        version: row.version + 1,
        client_id: row.client_id,
        scopes: ['repo', 'user'],
        refresh_at: expect.any(Date) as Date,
      });
      expect(await secretsOf(row)).toEqual({ value: 'access-2', refresh_token: 'refresh-1' });
    });

    it('of a new sign-in leave nothing of the tokens before: they may be another user’s', async () => {
      const row = await active();
      const signIn = {
        ...row,
        provider: 'gitlab',
        client_id: 'client-2',
        resource: 'https://mcp.example.com',
      };
      const given = tokens({ accessToken: 'access-2', refreshToken: null });
      expect(await store.storeSignIn(context, signIn, given)).toBe(true);
      expect(await current(row)).toMatchObject({
        provider: 'gitlab',
        client_id: 'client-2',
        resource: 'https://mcp.example.com',
        refresh_at: null,
        expires_at: expect.any(Date) as Date,
      });
      expect(await secretsOf(row)).toEqual({ value: 'access-2' });
    });

    it('that never end have no times', async () => {
      const row = await active(tokens({ expiresInS: null }));
      expect(row).toMatchObject({ expires_at: null, stale_at: null, refresh_at: null });
    });

    it('are not stored over another version than they were renewed from', async () => {
      const row = await active();
      const before = await told();
      for (const version of [row.version - 1, row.version + 1]) {
        const late = tokens({ accessToken: 'late', refreshToken: 'late' });
        expect(await store.storeRenewal(context, { ...row, version }, late)).toBe(false);
      }
      expect(await current(row)).toEqual(row);
      expect(await secretsOf(row)).toEqual({ value: 'access-1', refresh_token: 'refresh-1' });
      expect(await told()).toEqual(before);
    });

    it('are stored by one of many that renewed the same version', async () => {
      const row = await active();
      const stored = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          store.storeRenewal(context, row, tokens({ accessToken: `access-of-${index}` })),
        ),
      );
      expect(stored.filter(Boolean)).toEqual([true]);
      expect(await current(row)).toMatchObject({ version: row.version + 1 });
      expect(await secretsOf(row)).toMatchObject({ value: `access-of-${stored.indexOf(true)}` });
    });

    it('are not stored for a credential that is gone, nor under another workspace', async () => {
      const row = await active();
      const elsewhere = { ...row, workspace_id: harness.workspace().id };
      expect(await store.storeSignIn(context, elsewhere, tokens())).toBe(false);
      expect(await harness.rowsOf(elsewhere.workspace_id)).toEqual({});
      await workspace.credentials.delete(row.id);
      expect(await store.storeSignIn(context, row, tokens())).toBe(false);
      expect(await store.storeRenewal(context, row, tokens())).toBe(false);
      expect(await harness.rowsOf(workspace.id)).toEqual({ data_keys: 1 });
    });
  });

  describe('failures', () => {
    it('that end a grant keep its tokens, and tell those who depend on it', async () => {
      const row = await active();
      const before = (await told()).length;
      expect(await store.markUnusable(context, row, 'expired', 'sign in again')).toBe(true);
      expect(await current(row)).toMatchObject({
        status: 'expired',
        status_reason: 'sign in again',
        refresh_at: null,
        retry_at: null,
        version: row.version,
      });
      expect(await secretsOf(row)).toEqual({ value: 'access-1', refresh_token: 'refresh-1' });
      expect((await told()).slice(before)).toEqual([
        [
          'hawser.events.vault.record.changed.v1',
          'vault',
          expect.objectContaining({ fact: 'updated', fields: ['status', 'status_reason'] }),
        ],
        [
          statusChanged,
          'vault',
          { credential_id: row.id, name: 'github', status: 'expired', reason: 'sign in again' },
        ],
      ]);
    });

    it('do not end a grant that has been renewed since', async () => {
      const row = await active();
      await store.storeRenewal(context, row, tokens());
      expect(await store.markUnusable(context, row, 'expired', 'too late')).toBe(false);
      expect(await current(row)).toMatchObject({ status: 'active', version: row.version + 1 });
    });

    it('are over with the next tokens, and that is told too', async () => {
      const row = await active();
      await store.markUnusable(context, row, 'error', 'the client is unknown');
      const before = (await told()).length;
      await store.storeSignIn(context, row, tokens({ accessToken: 'access-2' }));
      expect(await current(row)).toMatchObject({ status: 'active', status_reason: null });
      expect((await told()).slice(before + 1)).toEqual([
        [statusChanged, 'vault', expect.objectContaining({ status: 'active', reason: null })],
      ]);
    });

    it('of the network change nothing but when the next try may be, and tell nobody', async () => {
      const row = await active();
      const before = await told();
      const retryAt = new Date(Date.now() + 60_000);
      await store.noteFailure(row, retryAt);
      expect(await current(row)).toEqual({ ...row, retry_at: retryAt, refresh_failures: 1 });
      await store.noteFailure({ ...row, version: row.version - 1 }, new Date());
      expect(await current(row)).toMatchObject({ retry_at: retryAt, refresh_failures: 1 });
      expect(await told()).toEqual(before);
      await store.storeRenewal(context, row, tokens());
      expect(await current(row)).toMatchObject({ retry_at: null, refresh_failures: 0 });
    });

    it('that somebody has to mend are tried again: the credential is never without its next try', async () => {
      const row = await active();
      const retryAt = new Date(Date.now() + 60_000);
      await store.markUnusable(context, row, 'error', 'the client is unknown', retryAt);
      expect(await current(row)).toMatchObject({ status: 'error', retry_at: retryAt, refresh_failures: 1 });
    });

    it('of a value that somebody gave are over when they give another', async () => {
      const { id } = await workspace.credentials.create({ name: 'key' });
      await store.markUnusable(context, { workspace_id: workspace.id, id, version: 1 }, 'error', 'refused');
      expect(await workspace.credentials.get(id)).toMatchObject({
        status: 'error',
        status_reason: 'refused',
      });
      expect(await workspace.credentials.update(id, { value: 'other' })).toMatchObject({
        status: 'active',
        status_reason: null,
        version: 2,
      });
      expect((await told()).at(-1)).toEqual([
        statusChanged,
        'tok_test',
        { credential_id: id, name: 'key', status: 'active', reason: null },
      ]);
    });
  });
});
