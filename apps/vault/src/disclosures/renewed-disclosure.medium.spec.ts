import { jest } from '@jest/globals';
import { discloseCredentials, listDisclosures, type DisclosedCredential } from '@hawser/contracts/vault';
import { UnitOfWork } from '@hawser/persistence';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { startAuthorizationServer, type AuthorizationServer } from '@hawser/testing/authorization-server';
import { CredentialStore } from '../credentials/credential-store.js';
import { OAuthClients } from '../oauth/servers/oauth-clients.js';
import { OAuthServers } from '../oauth/servers/oauth-servers.js';
import type { TestWorkspace } from '../testing/test-workspace.js';
import { RenewableCredentialRepository } from '../refresh/renewable-credential.repository.js';
import { VaultHarness } from '../testing/vault-harness.js';

let database: TestDatabase;
let vault: VaultHarness;
let upstream: AuthorizationServer;

beforeAll(async () => {
  database = await testDatabase();
  vault = await VaultHarness.start(database.url);
  upstream = await startAuthorizationServer();
});
afterEach(() => upstream.release());
afterAll(async () => {
  await vault.stop();
  await upstream.stop();
  await database.drop();
});

/** One that somebody has signed in for, with `leftMs` of its token's time to go. */
async function signedIn(workspace: TestWorkspace, leftMs: number): Promise<{ id: string; token: string }> {
  const { context, id: workspaceId } = workspace;
  const { access_token, refresh_token, expires_in } = await upstream.signIn();
  const credential = await vault.get(UnitOfWork).run(context, async (transaction) => {
    const server = await vault.get(OAuthServers).remember(transaction.manager, workspaceId, {
      auth_url: upstream.authorizationUrl,
      token_url: upstream.tokenUrl,
      registration_endpoint: null,
      scopes: [],
      supports_dcr: false,
      supports_pkce: true,
      supports_cimd: false,
      source: 'authorization-server-metadata',
      issuer: upstream.issuer,
      resource: null,
    });
    await vault.get(OAuthClients).remember(transaction, workspaceId, server, {
      ...upstream.client,
      tokenAuthMethod: 'client_secret_basic',
      source: 'registered',
      secretExpiresAt: null,
    });
    return vault.get(CredentialStore).createPending(transaction, {
      workspace_id: workspaceId,
      name: 'signed-in',
      ifTaken: 'number',
      provider: server.id,
      resource: null,
      scopes: [],
      allowed_origins: null,
      made_by: null,
    });
  });
  const tokens = {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresInS: expires_in,
    scopes: null,
  };
  const signedInFor = { ...credential, client_id: upstream.client.clientId };
  await vault.get(CredentialStore).storeSignIn(context, signedInFor, tokens);
  const end = new Date(Date.now() + leftMs);
  await vault.query(
    `UPDATE credentials SET expires_at = $2, stale_at = $2::timestamptz - interval '5 minutes',
       refresh_at = $2::timestamptz - interval '6 minutes' WHERE id = $1`,
    [credential.id, end],
  );
  return { id: credential.id, token: access_token };
}

async function disclosed(workspace: TestWorkspace, ids: string[]): Promise<DisclosedCredential[]> {
  const request = { ids, names: [], subject: { kind: 'agent' as const, id: 'agt_1' } };
  const { credentials } = await workspace.call(discloseCredentials, request);
  return ids.flatMap((id) => credentials.filter((credential) => credential.id === id));
}

const hour = 3_600_000;
const minute = 60_000;

describe('an access token', () => {
  it('is given out as it is while it is good for long', async () => {
    const workspace = vault.workspace();
    const { id, token } = await signedIn(workspace, hour);
    const before = upstream.tokenRequests.refresh_token ?? 0;
    expect(await disclosed(workspace, [id])).toMatchObject([{ status: 'active', value: token }]);
    expect(upstream.tokenRequests.refresh_token ?? 0).toBe(before);
  });

  it.each([
    ['is about to expire', minute],
    ['has expired', -minute],
  ])('is renewed first when it %s, together with others', async (_, leftMs) => {
    const workspace = vault.workspace();
    const old = [await signedIn(workspace, leftMs), await signedIn(workspace, leftMs)];
    const before = upstream.tokenRequests.refresh_token ?? 0;
    const answer = await disclosed(
      workspace,
      old.map(({ id }) => id),
    );
    for (const [index, { value, status, retryable, expires_at }] of answer.entries()) {
      expect({ status, retryable }).toEqual({ status: 'active', retryable: false });
      expect(value).not.toBe(old[index]?.token);
      expect(await upstream.accepts(value ?? '')).toBe(true);
      expect(Date.parse(expires_at ?? '')).toBeGreaterThan(Date.now() + minute);
    }
    expect(answer).toHaveLength(2);
    expect(upstream.tokenRequests.refresh_token).toBe(before + 2);
  });

  it('is given out as long as it is valid, and may be had later when it is not, while its server does not answer', async () => {
    const workspace = vault.workspace();
    const [valid, over] = [await signedIn(workspace, minute), await signedIn(workspace, -minute)];
    const other = await workspace.credentials.create({ value: 'of no server' });
    upstream.hang();
    expect(await disclosed(workspace, [valid.id, over.id, other.id])).toMatchObject([
      { status: 'active', value: valid.token, retryable: false },
      { status: 'active', status_reason: null, value: null, retryable: true },
      { status: 'active', value: 'of no server', retryable: false },
    ]);
  });

  it('is given out as long as it is valid where something is wrong with its renewal, and so are others', async () => {
    const workspace = vault.workspace();
    const { id, token } = await signedIn(workspace, minute);
    const other = await workspace.credentials.create({ value: 'of no server' });
    jest.spyOn(vault.get(RenewableCredentialRepository), 'find').mockRejectedValueOnce(new Error('a defect'));
    expect(await disclosed(workspace, [id, other.id])).toMatchObject([
      { status: 'active', value: token },
      { status: 'active', value: 'of no server' },
    ]);
  });

  it('that comes too late for its caller is noted for the attempt that was answered only', async () => {
    const workspace = vault.workspace();
    const { id } = await signedIn(workspace, -minute);
    const slowMs = 2_500;
    upstream.setLatency(slowMs);
    const [answer] = await disclosed(workspace, [id]).finally(() => upstream.setLatency(0));
    expect(answer).toMatchObject({ status: 'active', retryable: false });
    // The first attempt was given up after 2 s, and both had the renewed token at the same moment.
    const { entries } = await workspace.call(listDisclosures, {});
    expect(entries).toHaveLength(1);
  });

  it('whose grant is dead is not given out, and somebody has to sign in again', async () => {
    const workspace = vault.workspace();
    const { id } = await signedIn(workspace, -minute);
    upstream.revokeAll();
    expect(await disclosed(workspace, [id])).toMatchObject([
      {
        status: 'expired',
        status_reason: expect.stringContaining('sign in again'),
        value: null,
        retryable: false,
      },
    ]);
  });
});
