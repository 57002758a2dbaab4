import type { CallContext } from '@hawser/contracts';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import type { Tokens } from '../oauth/servers/oauth-server.js';
import { Secrets } from '../secrets/secrets.js';
import { codesOf, type TestWorkspace } from '../testing/test-workspace.js';
import { VaultHarness } from '../testing/vault-harness.js';
import { CredentialStore } from './credential-store.js';
import { CredentialRepository } from './credential.repository.js';
import type { CredentialEntity } from './credential.entity.js';

const rounds = 20;

describe('calls about one credential at the same time, to two processes', () => {
  let database: TestDatabase;
  let harness: VaultHarness;
  let stores: CredentialStore[];
  let workspace: TestWorkspace;
  let context: CallContext;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await VaultHarness.start(database.url);
    const second = await harness.second();
    stores = [harness.get(CredentialStore), second.get(CredentialStore, { strict: false })];
  });
  beforeEach(() => {
    workspace = harness.workspace();
    context = workspace.context;
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  const atOnce = <T>(count: number, make: (index: number) => Promise<T>): Promise<T>[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const store = (index: number): CredentialStore => stores[index % stores.length]!;
  const tokens = (name: string): Tokens => ({
    accessToken: `access-${name}`,
    refreshToken: `refresh-${name}`,
    expiresInS: 3_600,
    scopes: null,
  });
  const signedIn = async (): Promise<CredentialEntity> => {
    const { id } = await workspace.credentials.create({ type: 'oauth2' });
    const row = { workspace_id: workspace.id, id, provider: null, client_id: null, resource: null };
    await store(0).storeSignIn(context, row, tokens('0'));
    return (await harness.get(CredentialRepository).find(workspace.id, id))!;
  };
  const secretsOf = (id: string): Promise<object> =>
    harness.get(Secrets).read({ workspaceId: workspace.id, ownerId: id });

  it('make one credential of one name, in a workspace without a key so far', async () => {
    for (let round = 0; round < rounds; round += 1) {
      workspace = harness.workspace();
      const codes = await codesOf(atOnce(8, () => workspace.credentials.create({ name: 'github' })));
      expect(codes).toEqual(['answered', ...Array<string>(7).fill('name_taken')]);
      expect(await harness.rowsOf(workspace.id)).toEqual({ credentials: 1, data_keys: 1, secrets: 1 });
    }
  });

  it('give one of many the name that all want', async () => {
    const credentials = await Promise.all(atOnce(6, () => workspace.credentials.create()));
    const codes = await codesOf(
      credentials.map(({ id }) => workspace.credentials.update(id, { name: 'github' })),
    );
    expect(codes).toEqual(['answered', ...Array<string>(5).fill('name_taken')]);
  });

  it('count every new value, and keep the last', async () => {
    const { id } = await workspace.credentials.create();
    const updated = await Promise.all(
      atOnce(12, (index) => workspace.credentials.update(id, { value: `value-${index}` })),
    );
    expect((await workspace.credentials.get(id)).version).toBe(13);
    expect(updated).toHaveLength(12);
    expect(await secretsOf(id)).toEqual({ value: expect.stringMatching(/^value-\d+$/) as string });
  });

  it('lose neither new tokens nor what somebody changes meanwhile', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const row = await signedIn();
      const name = `renamed-${round}`;
      const [stored] = await Promise.all([
        store(round).storeRenewal(context, row, tokens('1')),
        workspace.credentials.update(row.id, { name, allowed_origins: ['https://mcp.example.com'] }),
      ]);
      expect(stored).toBe(true);
      expect(await workspace.credentials.get(row.id)).toMatchObject({
        name,
        status: 'active',
        version: row.version + 1,
        allowed_origins: ['https://mcp.example.com'],
      });
      expect(await secretsOf(row.id)).toEqual({ value: 'access-1', refresh_token: 'refresh-1' });
    }
  });

  it('let a sign-in win over a renewal of the tokens before it', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const row = await signedIn();
      await Promise.all([
        store(round).storeRenewal(context, row, tokens('renewed')),
        store(round + 1).storeSignIn(context, row, tokens('signed-in')),
        store(round).markUnusable(context, row, 'expired', 'invalid_grant'),
      ]);
      // Whatever came first: nothing that was learnt about the old version holds for the new one.
      expect(await workspace.credentials.get(row.id)).toMatchObject({ status: 'active' });
      expect(await secretsOf(row.id)).toEqual({
        value: 'access-signed-in',
        refresh_token: 'refresh-signed-in',
      });
    }
  });

  it('leave nothing of a credential that is deleted while its tokens are renewed', async () => {
    let renewed = 0;
    for (let round = 0; round < rounds; round += 1) {
      workspace = harness.workspace();
      context = workspace.context;
      const row = await signedIn();
      const outcomes = await Promise.all([
        store(round).storeRenewal(context, row, tokens('1')),
        workspace.credentials.delete(row.id),
        store(round + 1).markUnusable(context, row, 'expired', 'invalid_grant'),
      ]);
      if (outcomes[0]) renewed += 1;
      expect(await harness.rowsOf(workspace.id)).toEqual({ data_keys: 1 });
      expect(await secretsOf(row.id)).toEqual({});
    }
    expect(renewed).toBeGreaterThan(0);
  });
});
