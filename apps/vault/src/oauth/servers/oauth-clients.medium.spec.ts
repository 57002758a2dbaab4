import { randomInt } from 'node:crypto';
import { UnitOfWork } from '@hawser/persistence';
import { deleteOAuthClient, listOAuthProviders, setOAuthClient } from '@hawser/contracts/vault';
import { oauthProviders } from '@hawser/providers';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { pendingCredential } from '../../testing/pending-credential.js';
import { callbackUrl } from '../../testing/sign-ins.js';
import { discoveredAt } from '../../testing/token-room.js';
import { refusalOf, type TestWorkspace } from '../../testing/test-workspace.js';
import { VaultHarness } from '../../testing/vault-harness.js';
import { OAuthClients, type RegisteredClient } from './oauth-clients.js';
import type { OAuthClient } from './oauth-server.js';

describe("a workspace's own clients", () => {
  let database: TestDatabase;
  let harness: VaultHarness;
  let clients: OAuthClients;
  beforeAll(async () => {
    database = await testDatabase();
    harness = await VaultHarness.start(database.url);
    clients = harness.get(OAuthClients);
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  const set = (
    workspace: TestWorkspace,
    client_secret?: string | null,
    client_id = 'Iv1.1',
  ): Promise<object> =>
    workspace.call(setOAuthClient, {
      provider_id: 'github',
      client_id,
      ...(client_secret !== undefined && { client_secret }),
    });
  const current = ({ id }: TestWorkspace, server = 'github'): Promise<OAuthClient | null> =>
    clients.current(id, server, callbackUrl);
  const configured = async (workspace: TestWorkspace): Promise<string[]> =>
    (await workspace.call(listOAuthProviders, {}))
      .filter((provider) => provider.configured)
      .map(({ id }) => id);
  const told = async (workspace: TestWorkspace): Promise<unknown[]> =>
    (await harness.told(workspace.id)).map(({ data }) => data);

  it('are set, found with their secret, and deleted', async () => {
    const workspace = harness.workspace();
    expect(await set(workspace, 's3cret')).toEqual({
      provider: 'github',
      client_id: 'Iv1.1',
      has_secret: true,
      updated_at: expect.any(String),
    });
    const client = { clientId: 'Iv1.1', clientSecret: 's3cret', tokenAuthMethod: null };
    expect(await current(workspace)).toEqual(client);
    expect(await clients.find(workspace.id, 'github', 'Iv1.1')).toEqual(client);
    expect(await clients.find(workspace.id, 'github', 'Iv1')).toBeNull();
    expect(await clients.find(workspace.id, 'gitlab', 'Iv1.1')).toBeNull();
    expect(await configured(workspace)).toEqual(['github']);
    expect(await workspace.call(deleteOAuthClient, { provider_id: 'github' })).toEqual({
      id: 'github',
      deleted: true,
    });
    expect(await current(workspace)).toBeNull();
    const { oauth_clients, secrets } = await harness.rowsOf(workspace.id);
    expect({ oauth_clients, secrets }).toEqual({});
  });

  it('lose their secret when they are set without one', async () => {
    const workspace = harness.workspace();
    await set(workspace, 's3cret');
    expect(await set(workspace, null)).toMatchObject({ has_secret: false });
    expect(await current(workspace)).toMatchObject({ clientSecret: null });
  });

  it('are of one workspace, and unknown to the others', async () => {
    const [one, other] = [harness.workspace(), harness.workspace()];
    await set(one, 's3cret');
    expect(await current(other)).toBeNull();
    expect(await configured(other)).toEqual([]);
    expect(await refusalOf(other.call(deleteOAuthClient, { provider_id: 'github' }))).toMatchObject({
      code: 'not_found',
    });
    expect(await current(one)).toMatchObject({ clientSecret: 's3cret' });
  });

  it('are told of without their secret', async () => {
    const workspace = harness.workspace();
    await set(workspace, 's3cret');
    await set(workspace, 's3cret-2', 'Iv1.2');
    await workspace.call(deleteOAuthClient, { provider_id: 'github' });
    const change = { entity: 'oauth_client', id: 'github', name: 'GitHub' };
    expect(await told(workspace)).toEqual([
      { ...change, fact: 'created', fields: [] },
      { ...change, fact: 'updated', fields: ['client_id', 'client_secret'] },
      { ...change, fact: 'deleted', fields: [] },
    ]);
  });

  it('are only at providers that there are', async () => {
    const workspace = harness.workspace();
    const input = { provider_id: 'oas_nowhere', client_id: 'x' };
    expect(await refusalOf(workspace.call(setOAuthClient, input))).toMatchObject({
      code: 'not_found',
      details: { kind: 'OAuth provider', id: 'oas_nowhere' },
    });
    expect(await refusalOf(workspace.call(deleteOAuthClient, { provider_id: 'nobody' }))).toMatchObject({
      code: 'not_found',
    });
  });

  it.each(['', 'ü', 'tab\t', 'x'.repeat(1_025)])('are refused with the id %j', async (client_id) => {
    const error = await refusalOf(set(harness.workspace(), null, client_id));
    expect(error).toMatchObject({
      code: 'validation_failed',
      details: { errors: [expect.objectContaining({ field: 'client_id' })] },
    });
  });

  it('may have an id as long as ids can be', async () => {
    const workspace = harness.workspace();
    // So mixed that it is no shorter where indexes compress it.
    const clientId = Array.from({ length: 1_024 }, () => String.fromCharCode(randomInt(0x21, 0x7f))).join('');
    await set(workspace, 's3cret', clientId);
    expect(await current(workspace)).toMatchObject({ clientId, clientSecret: 's3cret' });
  });

  describe('of which one is set after another', () => {
    /** Of the provider, in the order of their ids, with how many secrets they have. */
    async function kept(workspace: TestWorkspace): Promise<object> {
      const rows = await harness.query<{ client_id: string }>(
        `SELECT client_id FROM oauth_clients WHERE workspace_id = $1 ORDER BY client_id`,
        [workspace.id],
      );
      const { secrets = 0 } = await harness.rowsOf(workspace.id);
      return { clients: rows.map(({ client_id }) => client_id), secrets };
    }

    async function credentialOf(workspace: TestWorkspace, client_id: string): Promise<string> {
      const { id } = await pendingCredential(harness, workspace);
      await harness.query(`UPDATE credentials SET client_id = $2 WHERE id = $1`, [id, client_id]);
      return id;
    }

    it('are known by the last one, also when that was there before', async () => {
      const workspace = harness.workspace();
      await set(workspace, 'one', 'Iv1.1');
      await credentialOf(workspace, 'Iv1.1');
      await set(workspace, 'two', 'Iv1.2');
      expect(await current(workspace)).toMatchObject({ clientId: 'Iv1.2', clientSecret: 'two' });
      await set(workspace, 'three', 'Iv1.1');
      expect(await current(workspace)).toMatchObject({ clientId: 'Iv1.1', clientSecret: 'three' });
      expect(await kept(workspace)).toEqual({ clients: ['Iv1.1'], secrets: 1 });
    });

    it('go when no credential has their tokens', async () => {
      const workspace = harness.workspace();
      await set(workspace, 'one', 'Iv1.1');
      await set(workspace, 'two', 'Iv1.2');
      expect(await kept(workspace)).toEqual({ clients: ['Iv1.2'], secrets: 1 });
    });

    it('stay with their secret while a credential has their tokens, and go at the change after that', async () => {
      const workspace = harness.workspace();
      await set(workspace, 'one', 'Iv1.1');
      const id = await credentialOf(workspace, 'Iv1.1');
      await set(workspace, 'two', 'Iv1.2');
      expect(await clients.find(workspace.id, 'github', 'Iv1.1')).toMatchObject({ clientSecret: 'one' });
      await workspace.credentials.delete(id);
      expect(await kept(workspace)).toEqual({ clients: ['Iv1.1', 'Iv1.2'], secrets: 2 });
      await set(workspace, 'two', 'Iv1.2');
      expect(await kept(workspace)).toEqual({ clients: ['Iv1.2'], secrets: 1 });
    });

    it('are deleted all together', async () => {
      const workspace = harness.workspace();
      await set(workspace, 'one', 'Iv1.1');
      await credentialOf(workspace, 'Iv1.1');
      await set(workspace, 'two', 'Iv1.2');
      await workspace.call(deleteOAuthClient, { provider_id: 'github' });
      expect(await kept(workspace)).toEqual({ clients: [], secrets: 0 });
      expect(await current(workspace)).toBeNull();
    });

    it('come to one when several are set at the same time', async () => {
      const workspace = harness.workspace();
      await Promise.all(Array.from({ length: 8 }, (_, index) => set(workspace, 's3cret', `Iv1.${index}`)));
      const { clientId } = (await current(workspace))!;
      expect(await kept(workspace)).toEqual({ clients: [clientId], secrets: 1 });
    });
  });

  it('are not made for a workspace that is gone, and go with it', async () => {
    const workspace = harness.workspace();
    await set(workspace, 's3cret');
    await workspace.forget('workspace', workspace.id);
    expect(await harness.rowsOf(workspace.id)).toEqual({ departed_tenants: 1 });
    expect(await refusalOf(set(workspace, 's3cret'))).toMatchObject({ code: 'not_found' });
    expect(await harness.rowsOf(workspace.id)).toEqual({ departed_tenants: 1 });
  });

  it('are always read with the secret that is theirs, whoever replaces them', async () => {
    const workspace = harness.workspace();
    await set(workspace, 'secret-of-Iv1.1');
    let isReplacing = true;
    const replacing = (async () => {
      for (let round = 0; round < 40; round += 1) {
        const client_id = `id-${round}`;
        const client_secret = `secret-of-${client_id}`;
        await workspace.call(setOAuthClient, { provider_id: 'github', client_id, client_secret });
      }
    })().finally(() => (isReplacing = false));
    const seen = new Set<string>();
    while (isReplacing) {
      const client = await current(workspace);
      expect(client?.clientSecret).toBe(`secret-of-${client?.clientId}`);
      seen.add(client?.clientId ?? '');
    }
    await replacing;
    expect(seen.size).toBeGreaterThan(1);
  });

  describe('that Hawser got by itself', () => {
    const server = discoveredAt('https://login.example.com', { id: 'oas_1', name: 'login.example.com' });
    const registered: RegisteredClient = {
      clientId: 'c-1',
      clientSecret: 's3cret',
      tokenAuthMethod: 'client_secret_basic',
      redirectUri: callbackUrl,
      source: 'registered',
      secretExpiresAt: null,
    };
    const elsewhere = { ...registered, clientId: 'c-2', redirectUri: 'http://127.0.0.1:4711/callback' };
    const remember = (workspace: TestWorkspace, client: RegisteredClient): Promise<OAuthClient> =>
      harness
        .get(UnitOfWork)
        .run(workspace.context, (transaction) => clients.remember(transaction, workspace.id, server, client));
    const found = (workspace: TestWorkspace, clientId: string): Promise<OAuthClient | null> =>
      clients.find(workspace.id, 'oas_1', clientId);

    it('are found as they were registered, for their redirect URI', async () => {
      const workspace = harness.workspace();
      const client = { clientId: 'c-1', clientSecret: 's3cret', tokenAuthMethod: 'client_secret_basic' };
      expect(await remember(workspace, registered)).toEqual(client);
      expect(await current(workspace, 'oas_1')).toEqual(client);
      expect(await clients.current(workspace.id, 'oas_1', elsewhere.redirectUri)).toBeNull();
      expect(await clients.configured(workspace.id)).toEqual(new Set(['oas_1']));
    });

    it('are as none once their secret has expired', async () => {
      const workspace = harness.workspace();
      await remember(workspace, { ...registered, secretExpiresAt: new Date(Date.now() - 1_000) });
      expect([await current(workspace, 'oas_1'), await found(workspace, 'c-1')]).toEqual([null, null]);
      const anew = { ...registered, clientId: 'c-3', secretExpiresAt: new Date(Date.now() + 60_000) };
      await remember(workspace, anew);
      expect(await current(workspace, 'oas_1')).toMatchObject({ clientId: 'c-3' });
    });

    it('are kept once for a redirect URI, whoever else comes with another', async () => {
      const workspace = harness.workspace();
      await remember(workspace, registered);
      expect(await remember(workspace, { ...registered, clientId: 'c-3' })).toMatchObject({
        clientId: 'c-1',
      });
      expect(await harness.rowsOf(workspace.id)).toMatchObject({ oauth_clients: 1, secrets: 1 });
    });

    it('stay for the sign-in that they were registered for, whoever else registers at that moment', async () => {
      const workspace = harness.workspace();
      await remember(workspace, registered);
      await remember(workspace, elsewhere);
      expect(await found(workspace, 'c-1')).toMatchObject({ clientSecret: 's3cret' });
    });

    it('go when another one comes, unless a credential has their tokens', async () => {
      const [used, unused] = [harness.workspace(), harness.workspace()];
      for (const workspace of [used, unused]) await remember(workspace, registered);
      const { id } = await pendingCredential(harness, used, { provider: 'oas_1' });
      await harness.query(`UPDATE credentials SET client_id = 'c-1' WHERE id = $1`, [id]);
      await harness.query(`UPDATE oauth_clients SET updated_at = now() - interval '61 s'`);
      for (const workspace of [used, unused]) await remember(workspace, elsewhere);
      expect(await found(used, 'c-1')).toMatchObject({ clientSecret: 's3cret' });
      expect(await found(unused, 'c-1')).toBeNull();
      expect(await harness.rowsOf(unused.id)).toMatchObject({ oauth_clients: 1, secrets: 1 });
    });
  });

  describe('the list of providers', () => {
    it('has all that ship with Hawser, in order', async () => {
      const list = await harness.workspace().call(listOAuthProviders, {});
      expect(list.map(({ id }) => id)).toEqual(oauthProviders.map(({ id }) => id));
      expect(list.find(({ id }) => id === 'google')).toEqual({
        id: 'google',
        name: 'Google',
        authorization_url: 'https://accounts.google.com/o/oauth2/v2/auth',
        token_url: 'https://oauth2.googleapis.com/token',
        scopes: ['openid', 'email', 'profile'],
        pkce: true,
        configured: false,
      });
    });

    it('needs no workspace', async () => {
      const list = await harness.workspace().call(listOAuthProviders, {}, { workspaceId: undefined });
      expect(list.some((provider) => provider.configured)).toBe(false);
    });
  });
});
