import { jest } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { startAuthorizationServer, type AuthorizationServer } from '@hawser/testing/authorization-server';
import type { INestMicroservice } from '@nestjs/common';
import { CredentialStore } from '../credentials/credential-store.js';
import { SignedInCredential } from '../testing/signed-in.js';
import { VaultHarness } from '../testing/vault-harness.js';
import { RefreshLeaseRepository } from './refresh-lease.repository.js';
import type { RefreshOutcome } from './refresh-outcome.js';
import { TokenRefresher } from './token-refresher.js';

const waitMs = 6_000;

describe('the lease of a renewal', () => {
  let database: TestDatabase;
  let vault: VaultHarness;
  let other: INestMicroservice;
  /** Good for several uses, so that it can be seen whose result stays. */
  let lenient: AuthorizationServer;
  /** One use, and a second one ends the grant. */
  let strict: AuthorizationServer;

  beforeAll(async () => {
    database = await testDatabase();
    vault = await VaultHarness.start(database.url);
    other = await vault.second();
    lenient = await startAuthorizationServer({ rotation: false });
    strict = await startAuthorizationServer();
  });
  afterAll(async () => {
    await vault.stop();
    await Promise.all([database.drop(), lenient.stop(), strict.stop()]);
  });

  const here = ({ workspace, id }: SignedInCredential, wait = waitMs): Promise<RefreshOutcome> =>
    vault.get(TokenRefresher).ensureFresh(workspace.id, id, wait);
  const there = ({ workspace, id }: SignedInCredential, wait = waitMs): Promise<RefreshOutcome> =>
    other.get(TokenRefresher, { strict: false }).ensureFresh(workspace.id, id, wait);

  async function expiredAt(server: AuthorizationServer): Promise<SignedInCredential> {
    const credential = await SignedInCredential.at(vault, server);
    await credential.expire();
    return credential;
  }

  it('is for one, until its time is over, and is given back by nobody else', async () => {
    const credential = await expiredAt(lenient);
    const leases = vault.get(RefreshLeaseRepository);
    const acquire = (): ReturnType<typeof leases.acquire> =>
      leases.acquire(credential.workspace.id, credential.id);
    const [first, ...others] = (await Promise.all(Array.from({ length: 10 }, acquire))).filter(
      (lease) => lease !== undefined,
    );
    if (first === undefined) throw new Error('nobody got the lease');
    expect(others).toEqual([]);

    await credential.leaseFor(-1);
    const second = await acquire();
    expect(second?.owner).not.toBe(first.owner);
    await leases.release(first);
    expect(await acquire()).toBeUndefined();
    if (second !== undefined) await leases.release(second);
    expect(await acquire()).toBeDefined();
    expect(await leases.acquire(credential.workspace.id, 'cred_unknown')).toBeUndefined();
  });

  it('keeps others from the provider for as long as it lasts: whose wait is over goes without', async () => {
    const credential = await expiredAt(strict);
    const before = strict.tokenRequests.refresh_token ?? 0;
    await credential.leaseFor(60);
    expect(await Promise.all([here(credential, 300), there(credential, 300)])).toEqual(['failed', 'failed']);
    expect(strict.tokenRequests.refresh_token ?? 0).toBe(before);
    expect(await credential.state()).toMatchObject({ status: 'active', refresh_failures: 0, retry_at: null });
  });

  it('of a process that died is taken over as soon as its time is over', async () => {
    const credential = await expiredAt(strict);
    const before = strict.tokenRequests.refresh_token ?? 0;
    await credential.leaseFor(1);
    expect(await Promise.all([here(credential), there(credential)])).toEqual(['fresh', 'fresh']);
    expect(strict.tokenRequests.refresh_token).toBe(before + 1);
    expect(
      await vault.query(`SELECT * FROM refresh_leases WHERE credential_id = $1`, [credential.id]),
    ).toEqual([]);
  });

  it('does not help where a process died between the answer and storing it: the grant is over, and is said to be', async () => {
    const credential = await expiredAt(strict);
    const { refresh_token = '' } = await credential.tokens();
    const { clientId, clientSecret } = strict.client;
    const answer = await fetch(strict.tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token }),
    });
    expect(answer.status).toBe(200);
    await credential.leaseFor(0.2);

    expect(await Promise.all([here(credential), there(credential)])).toEqual(['dead', 'dead']);
    expect(await credential.state()).toMatchObject({
      status: 'expired',
      status_reason: expect.stringMatching(/sign in again$/) as unknown,
    });
    await credential.store(await strict.signIn());
    expect(await credential.state()).toMatchObject({ status: 'active', status_reason: null });
  });

  it('does no harm there with a provider that lets refresh tokens be used again', async () => {
    const credential = await expiredAt(lenient);
    lenient.hang('after');
    const lost = there(credential);
    while (lenient.hanging() === 0) await new Promise(setImmediate);
    lenient.release();
    expect(await lost).toBe('failed');
    await credential.endPause();
    expect(await here(credential)).toBe('fresh');
  });

  /** The first process stops for as long as it likes between the provider's answer and storing it. */
  function pauseBeforeStoring(): { came: () => string | undefined; goOn: () => void } {
    const store = vault.get(CredentialStore);
    const storeRenewal = store.storeRenewal.bind(store);
    let came: string | undefined;
    let goOn = (): void => undefined;
    const paused = new Promise<void>((settle) => (goOn = settle));
    const pausing = jest.spyOn(store, 'storeRenewal').mockImplementationOnce(async (...given) => {
      pausing.mockRestore();
      came = given[2].accessToken;
      await paused;
      return storeRenewal(...given);
    });
    return { came: () => came, goOn };
  }

  it('that is over gives no right to store: a process that was paused finds the token of the one after it', async () => {
    const credential = await expiredAt(lenient);
    const { came, goOn } = pauseBeforeStoring();
    const late = here(credential);
    while (came() === undefined) await new Promise(setImmediate);
    await credential.leaseFor(-1);
    expect(await there(credential)).toBe('fresh');
    const winner = await credential.tokens();
    expect(winner.value).not.toBe(came());
    goOn();
    expect(await late).toBe('fresh');
    expect(await credential.tokens()).toEqual(winner);
    expect((await credential.state()).version).toBe(2);
  });

  it('that is over loses nothing: what a paused process has is stored where the one after it got nothing', async () => {
    const credential = await expiredAt(strict);
    const { came, goOn } = pauseBeforeStoring();
    const late = here(credential);
    while (came() === undefined) await new Promise(setImmediate);
    await credential.leaseFor(-1);
    expect(await there(credential)).toBe('dead');
    expect((await credential.state()).status).toBe('expired');
    goOn();
    expect(await late).toBe('fresh');
    expect(await credential.state()).toMatchObject({ status: 'active', version: 2 });
    expect((await credential.tokens()).value).toBe(came());
  });

  it('leaves no grant behind when the credential is deleted before what came is stored', async () => {
    const credential = await expiredAt(strict);
    const { came, goOn } = pauseBeforeStoring();
    const late = here(credential);
    while (came() === undefined) await new Promise(setImmediate);
    // Past the API, which would give back the tokens that it knows, and with them all of the grant.
    await vault.query(`DELETE FROM credentials WHERE id = $1`, [credential.id]);
    expect(await strict.accepts(came() ?? '')).toBe(true);
    goOn();
    expect(await late).toBe('gone');
    expect(await strict.accepts(came() ?? '')).toBe(false);
  });

  it('is not given back before what came is stored, which is tried again when it fails', async () => {
    const credential = await expiredAt(strict);
    const store = vault.get(CredentialStore);
    const failing = jest
      .spyOn(store, 'storeRenewal')
      .mockRejectedValueOnce(new Error('the connection was lost'))
      .mockRejectedValueOnce(new Error('the connection was lost'));
    expect(await here(credential)).toBe('fresh');
    expect(failing).toHaveBeenCalledTimes(3);
    failing.mockRestore();
    const { value = '' } = await credential.tokens();
    expect(await strict.accepts(value)).toBe(true);
  });
});
