import { deleteOAuthClient, setOAuthClient } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { startAuthorizationServer, type AuthorizationServer } from '@hawser/testing/authorization-server';
import { SignedInCredential } from '../testing/signed-in.js';
import { VaultHarness } from '../testing/vault-harness.js';

describe('the grant of a deleted credential', () => {
  let database: TestDatabase;
  let harness: VaultHarness;
  let server: AuthorizationServer;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await VaultHarness.start(database.url);
  });
  beforeEach(async () => {
    server = await startAuthorizationServer();
  });
  afterEach(() => server.stop());
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  const rowsLeft = { data_keys: 1, oauth_clients: 1, oauth_servers: 1, secrets: 1 };

  it('is given back at its provider', async () => {
    const { id, workspace, ...credential } = await signedIn();
    expect(await server.accepts(credential.accessToken)).toBe(true);
    expect(await workspace.credentials.delete(id)).toEqual({ deleted: true, revoked: true });
    expect(await server.accepts(credential.accessToken)).toBe(false);
    expect(await harness.rowsOf(workspace.id)).toEqual(rowsLeft);
  });

  it('stays there, and the credential goes, when the provider is away', async () => {
    const { id, workspace } = await signedIn();
    await server.stop();
    expect(await workspace.credentials.delete(id)).toEqual({ deleted: true, revoked: false });
    expect(await harness.rowsOf(workspace.id)).toEqual(rowsLeft);
  });

  it('stays there when the client that it was given to is gone', async () => {
    const { id, workspace, serverId, accessToken } = await signedIn();
    const { clientId: client_id, clientSecret: client_secret } = server.client;
    await workspace.call(setOAuthClient, { provider_id: serverId, client_id, client_secret });
    await workspace.call(deleteOAuthClient, { provider_id: serverId });
    expect(await workspace.credentials.delete(id)).toEqual({ deleted: true, revoked: null });
    expect(await server.accepts(accessToken)).toBe(true);
  });

  it('stays there when its tokens cannot be opened any more', async () => {
    const { id, workspace } = await signedIn();
    await harness.query(`UPDATE data_keys SET master_key_id = 'lost' WHERE workspace_id = $1`, [
      workspace.id,
    ]);
    expect(await workspace.credentials.delete(id)).toEqual({ deleted: true, revoked: null });
    expect(await harness.rowsOf(workspace.id)).toEqual(rowsLeft);
  });

  it('is given back a second time without complaint', async () => {
    const { id, workspace } = await signedIn();
    server.revokeAll();
    expect(await workspace.credentials.delete(id)).toEqual({ deleted: true, revoked: true });
  });

  it('is none when nobody has signed in', async () => {
    const workspace = harness.workspace();
    const { id } = await workspace.credentials.create({ type: 'oauth2' });
    expect(await workspace.credentials.delete(id)).toEqual({ deleted: true, revoked: null });
  });

  async function signedIn(): Promise<
    Pick<SignedInCredential, 'id' | 'workspace' | 'serverId'> & { accessToken: string }
  > {
    const credential = await SignedInCredential.at(harness, server);
    const { value = '' } = await credential.tokens();
    const { id, workspace, serverId } = credential;
    return { id, workspace, serverId, accessToken: value };
  }
});
