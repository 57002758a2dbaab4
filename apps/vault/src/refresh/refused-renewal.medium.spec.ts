import { testDatabase, type TestDatabase } from '@hawser/testing';
import { startAuthorizationServer, type AuthorizationServer } from '@hawser/testing/authorization-server';
import { OAuthClients } from '../oauth/servers/oauth-clients.js';
import { SignedInCredential } from '../testing/signed-in.js';
import { VaultHarness } from '../testing/vault-harness.js';
import { RefreshWorker } from './refresh-worker.js';
import type { RefreshOutcome } from './refresh-outcome.js';
import { TokenRefresher } from './token-refresher.js';

const waitMs = 6_000;

describe('a renewal that the provider refuses for a reason of the client', () => {
  let database: TestDatabase;
  let vault: VaultHarness;
  let server: AuthorizationServer;

  beforeAll(async () => {
    database = await testDatabase();
    vault = await VaultHarness.start(database.url);
    server = await startAuthorizationServer();
  });
  afterAll(async () => {
    await vault.stop();
    await Promise.all([database.drop(), server.stop()]);
  });

  const ensureFresh = ({ workspace, id }: SignedInCredential): Promise<RefreshOutcome> =>
    vault.get(TokenRefresher).ensureFresh(workspace.id, id, waitMs);

  async function giveClientSecret(
    { workspace, serverId }: SignedInCredential,
    client_secret: string,
  ): Promise<void> {
    const client = { provider_id: serverId, client_id: server.client.clientId, client_secret };
    await vault.get(OAuthClients).set(workspace.context, client);
  }

  it('shows when the access token has ended, and is over when the client is right again', async () => {
    const credential = await SignedInCredential.at(vault, server);
    const before = await credential.tokens();
    await giveClientSecret(credential, 'a wrong one');
    await credential.goStale();
    expect(await ensureFresh(credential)).toBe('failed');
    expect(await credential.state()).toMatchObject({ status: 'active', refresh_failures: 1 });

    await credential.expire();
    expect(await ensureFresh(credential)).toBe('failed');
    const shown = await credential.state();
    expect(shown).toMatchObject({ status: 'error', refresh_failures: 2, version: 1 });
    expect(shown.status_reason).toMatch(/invalid_client/);
    expect(shown.retry_at?.getTime()).toBeGreaterThan(Date.now());
    expect(await credential.tokens()).toEqual(before);

    await giveClientSecret(credential, server.client.clientSecret);
    await credential.endPause();
    await vault.get(RefreshWorker).renewDue();
    expect(await credential.state()).toMatchObject({ status: 'active', status_reason: null, version: 2 });
    expect(server.tokenErrors).toEqual({ invalid_client: 2 });
  });

  it('names the client that is missing', async () => {
    const credential = await SignedInCredential.at(vault, server);
    await giveClientSecret(credential, server.client.clientSecret);
    await vault.get(OAuthClients).delete(credential.workspace.context, { provider_id: credential.serverId });
    await credential.expire();
    expect(await ensureFresh(credential)).toBe('failed');
    const { status, status_reason } = await credential.state();
    expect(status).toBe('error');
    expect(status_reason).toContain('sign in again');
    expect(status_reason).toContain(`PUT /api/v1/oauth/providers/${credential.serverId}/client`);

    await giveClientSecret(credential, server.client.clientSecret);
    await credential.endPause();
    expect(await ensureFresh(credential)).toBe('fresh');
  });

  it('leaves the grant alone when it is the refresh token that cannot be read, and says so', async () => {
    const credential = await SignedInCredential.at(vault, server);
    await vault.query(
      `UPDATE secrets SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)
       WHERE owner_id = $1 AND field = 'refresh_token'`,
      [credential.id],
    );
    const before = server.tokenRequests.refresh_token;
    await credential.expire();
    expect(await ensureFresh(credential)).toBe('failed');
    expect(server.tokenRequests.refresh_token).toBe(before);
    const { status, status_reason } = await credential.state();
    expect(status).toBe('error');
    expect(status_reason).toContain('cannot be decrypted; sign in again');
  });
});
