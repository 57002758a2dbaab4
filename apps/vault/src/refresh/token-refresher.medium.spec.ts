import { credentialStatusChanged } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import {
  startAuthorizationServer,
  type AuthorizationOptions,
  type AuthorizationServer,
} from '@hawser/testing/authorization-server';
import { eventually } from '@hawser/testing/eventually';
import { SignedInCredential } from '../testing/signed-in.js';
import { VaultHarness } from '../testing/vault-harness.js';
import type { RefreshOutcome } from './refresh-outcome.js';
import { TokenRefresher } from './token-refresher.js';

const waitMs = 6_000;
const callersEach = 50;

const busyConnections = `
  SELECT state, query FROM pg_stat_activity
   WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()`;

describe('renewing an access token', () => {
  let database: TestDatabase;
  let vault: VaultHarness;
  /** Of two processes. */
  let refreshers: TokenRefresher[];
  const servers: AuthorizationServer[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    vault = await VaultHarness.start(database.url);
    const second = await vault.second();
    refreshers = [vault.get(TokenRefresher), second.get(TokenRefresher, { strict: false })];
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });
  afterAll(async () => {
    await vault.stop();
    await database.drop();
  });

  async function signedIn(
    options?: AuthorizationOptions,
  ): Promise<{ server: AuthorizationServer; credential: SignedInCredential }> {
    const server = await startAuthorizationServer(options);
    servers.push(server);
    return { server, credential: await SignedInCredential.at(vault, server) };
  }

  const ensureFresh = (
    { workspace, id }: SignedInCredential,
    process = 0,
    wait = waitMs,
  ): Promise<RefreshOutcome | undefined> =>
    refreshers[process]?.ensureFresh(workspace.id, id, wait) ?? Promise.resolve(undefined);

  /** Of as many callers in each of both processes, which outcomes there were. */
  async function outcomesOf(credential: SignedInCredential, wait = waitMs): Promise<unknown[]> {
    const callers = refreshers.flatMap((_, process) =>
      Array.from({ length: callersEach }, () => ensureFresh(credential, process, wait)),
    );
    return [...new Set(await Promise.all(callers))];
  }

  it('happens once, however many ask in however many processes, and all have the new token', async () => {
    const { server, credential } = await signedIn({ latencyMs: 100 });
    const before = await credential.tokens();
    await credential.expire();
    expect(await outcomesOf(credential)).toEqual(['fresh']);
    expect(server.tokenRequests.refresh_token).toBe(1);
    expect(server.tokenErrors).toEqual({});
    const { value = '', refresh_token } = await credential.tokens();
    expect([value, refresh_token]).not.toEqual([before.value, before.refresh_token]);
    expect(await server.accepts(value)).toBe(true);
    expect(await credential.state()).toMatchObject({ status: 'active', version: 2, refresh_failures: 0 });
  });

  it('goes on with the refresh token that came with the last one', async () => {
    const { server, credential } = await signedIn();
    for (let round = 0; round < 5; round++) {
      await credential.expire();
      expect(await ensureFresh(credential, round % 2)).toBe('fresh');
    }
    expect(server.tokenRequests.refresh_token).toBe(5);
    expect(server.tokenErrors).toEqual({});
    expect((await credential.state()).version).toBe(6);
  });

  it('is left alone until it is due, and for ever when the token was given no end', async () => {
    const { server, credential } = await signedIn();
    expect(await outcomesOf(credential)).toEqual(['fresh']);
    await credential.store({ access_token: 'without an end', refresh_token: 'r' });
    expect(await credential.state()).toMatchObject({ expires_at: null, refresh_at: null });
    expect(await ensureFresh(credential)).toBe('fresh');
    expect(server.tokenRequests.refresh_token).toBeUndefined();
  });

  it('keeps the token while the provider hangs, asks it once, and works when it is back', async () => {
    const { server, credential } = await signedIn();
    const before = await credential.tokens();
    await credential.expire();
    server.hang();
    const beganMs = performance.now();
    expect(await outcomesOf(credential, 500)).toEqual(['failed']);
    expect(performance.now() - beganMs).toBeLessThan(3_000);
    expect(await outcomesOf(credential)).toEqual(['failed']);
    expect(server.tokenRequests.refresh_token).toBe(1);
    expect(await credential.tokens()).toEqual(before);
    const { retry_at, ...state } = await credential.state();
    expect(state).toMatchObject({ status: 'active', version: 1, refresh_failures: 1 });
    expect(retry_at?.getTime()).toBeGreaterThan(Date.now());

    server.release();
    const pausingMs = performance.now();
    expect(await outcomesOf(credential)).toEqual(['failed']);
    // And not the five seconds of a try.
    expect(performance.now() - pausingMs).toBeLessThan(3_500);
    expect(server.tokenRequests.refresh_token).toBe(1);
    await credential.endPause();
    expect(await outcomesOf(credential)).toEqual(['fresh']);
    expect(server.tokenErrors).toEqual({});
    expect(await credential.state()).toMatchObject({ version: 2, refresh_failures: 0, retry_at: null });
  });

  it('holds no connection to the database while it waits for the provider', async () => {
    const { server, credential } = await signedIn();
    await credential.expire();
    server.hang();
    const outcome = ensureFresh(credential);
    while (server.hanging() === 0) await new Promise(setImmediate);
    // Not idle for a moment are those too that only look for something to do, and autovacuum at any time.
    await eventually(async () => (await vault.query(busyConnections)).length === 0, waitMs / 2);
    expect(server.hanging()).toBe(1);
    server.release();
    expect(await outcome).toBe('failed');
  });

  it('ends with the grant: everyone is told once to sign in again, and nothing is tried any more', async () => {
    const { server, credential } = await signedIn();
    await credential.goStale();
    server.revokeAll();
    expect(await outcomesOf(credential)).toEqual(['dead']);
    expect(await outcomesOf(credential)).toEqual(['dead']);
    expect(server.tokenErrors).toEqual({ invalid_grant: 1 });
    const { status, status_reason } = await credential.state();
    expect([status, status_reason]).toEqual([
      'expired',
      expect.stringMatching(/invalid_grant.*sign in again$/),
    ]);
    const told = await vault.told(credential.workspace.id);
    expect(
      told.filter(({ subject }) => subject === credentialStatusChanged.subject).map(({ data }) => data),
    ).toEqual([
      expect.objectContaining({ credential_id: credential.id, status: 'active' }),
      expect.objectContaining({ credential_id: credential.id, status: 'expired', reason: status_reason }),
    ]);
  });

  it('does not take a grant for dead that somebody has signed in for meanwhile', async () => {
    const { server, credential } = await signedIn({ latencyMs: 1_000 });
    await credential.expire();
    const late = ensureFresh(credential);
    while (server.tokenRequests.refresh_token !== 1) await new Promise(setImmediate);
    server.setLatency(0);
    server.revokeAll();
    const anew = await server.signIn();
    await credential.store(anew);
    expect(await late).toBe('fresh');
    expect(server.tokenErrors).toEqual({ invalid_grant: 1 });
    expect(await credential.state()).toMatchObject({ status: 'active', version: 2 });
    expect(await credential.tokens()).toEqual({
      value: anew.access_token,
      refresh_token: anew.refresh_token,
    });
  });

  it('backs off when the provider is not there, each time longer', async () => {
    const { server, credential } = await signedIn();
    await server.stop();
    await credential.expire();
    for (const [failures, longestMs] of [
      [1, 5_000],
      [2, 10_000],
    ] as const) {
      const beganAtMs = Date.now();
      expect(await ensureFresh(credential)).toBe('failed');
      const { retry_at, refresh_failures, status } = await credential.state();
      expect([status, refresh_failures]).toEqual(['active', failures]);
      expect(retry_at?.getTime()).toBeGreaterThan(beganAtMs + longestMs / 2);
      expect(retry_at?.getTime()).toBeLessThanOrEqual(Date.now() + longestMs);
      await credential.endPause();
    }
  });

  it('says that a token cannot be renewed for which nothing to renew it with came, when it has ended', async () => {
    const { server, credential } = await signedIn();
    const { access_token, expires_in } = await server.signIn();
    await credential.store({ access_token, expires_in });
    await credential.goStale();
    expect(await ensureFresh(credential)).toBe('fresh');
    await credential.expire();
    expect(await ensureFresh(credential)).toBe('dead');
    expect(await credential.state()).toMatchObject({
      status: 'expired',
      status_reason: expect.stringMatching(/nothing to renew it with; sign in again$/) as unknown,
    });
    expect(server.tokenRequests.refresh_token).toBeUndefined();
  });

  it('has nothing to do with what there is not, what is elsewhere, and what is no token', async () => {
    const { credential } = await signedIn();
    const [here] = refreshers;
    const elsewhere = vault.workspace();
    expect(await here?.ensureFresh(elsewhere.id, credential.id, waitMs)).toBe('gone');
    const fixed = await elsewhere.credentials.create({ type: 'bearer' });
    expect(await here?.ensureFresh(elsewhere.id, fixed.id, waitMs)).toBe('fresh');
    const pending = await elsewhere.credentials.create({ type: 'oauth2' });
    expect(await here?.ensureFresh(elsewhere.id, pending.id, waitMs)).toBe('dead');
    await credential.workspace.credentials.delete(credential.id);
    expect(await ensureFresh(credential)).toBe('gone');
  });
});
