import { jest } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { startAuthorizationServer, type AuthorizationServer } from '@hawser/testing/authorization-server';
import type { INestMicroservice } from '@nestjs/common';
import { SignedInCredential } from '../testing/signed-in.js';
import { VaultHarness } from '../testing/vault-harness.js';
import { RefreshWorker } from './refresh-worker.js';
import { RenewableCredentialRepository } from './renewable-credential.repository.js';

/** More than one batch. */
const many = 60;

describe('the worker that renews access tokens before they end', () => {
  let database: TestDatabase;
  let vault: VaultHarness;
  let other: INestMicroservice;
  let server: AuthorizationServer;

  beforeAll(async () => {
    database = await testDatabase();
    vault = await VaultHarness.start(database.url);
    other = await vault.second();
    server = await startAuthorizationServer();
  });
  afterAll(async () => {
    await vault.stop();
    await Promise.all([database.drop(), server.stop()]);
  });

  const workers = (): RefreshWorker[] => [
    vault.get(RefreshWorker),
    other.get(RefreshWorker, { strict: false }),
  ];

  it('renews each that is due once, however many replicas do it, and no other', async () => {
    const due = [];
    for (let number = 0; number < many; number++) due.push(await SignedInCredential.at(vault, server));
    const notDue = await SignedInCredential.at(vault, server);
    const pausing = await SignedInCredential.at(vault, server);
    for (const credential of [...due, pausing]) await credential.goStale();
    await vault.query(`UPDATE credentials SET retry_at = now() + interval '1 minute' WHERE id = $1`, [
      pausing.id,
    ]);

    await Promise.all(workers().map((worker) => worker.renewDue()));
    expect(server.tokenRequests.refresh_token).toBe(many);
    expect(server.tokenErrors).toEqual({});
    const versions = await Promise.all(due.map(async (credential) => (await credential.state()).version));
    expect(new Set(versions)).toEqual(new Set([2]));
    expect((await notDue.state()).version).toBe(1);
    expect((await pausing.state()).version).toBe(1);
    expect(await vault.query('SELECT * FROM refresh_leases')).toEqual([]);
  });

  it('goes on with the others where one fails', async () => {
    const failing = await startAuthorizationServer();
    const [one, two] = [
      await SignedInCredential.at(vault, failing),
      await SignedInCredential.at(vault, server),
    ];
    await failing.stop();
    for (const credential of [one, two]) await credential.goStale();
    await workers()[0]?.renewDue();
    expect(await one.state()).toMatchObject({ status: 'active', version: 1, refresh_failures: 1 });
    expect((await two.state()).version).toBe(2);
  });

  it('goes on with the others where something is wrong with one of them', async () => {
    const due = [await SignedInCredential.at(vault, server), await SignedInCredential.at(vault, server)];
    for (const credential of due) await credential.goStale();
    jest.spyOn(vault.get(RenewableCredentialRepository), 'find').mockRejectedValueOnce(new Error('a defect'));
    await workers()[0]?.renewDue();
    const versions = await Promise.all(due.map(async (credential) => (await credential.state()).version));
    expect(versions.toSorted()).toEqual([1, 2]);
    await workers()[0]?.renewDue();
  });

  it('keeps nobody waiting for those of one provider that fail, however many and long due they are', async () => {
    const away = await startAuthorizationServer();
    const failing = await SignedInCredential.at(vault, away);
    await away.stop();
    await vault.query(
      `INSERT INTO credentials SELECT (jsonb_populate_record(c, jsonb_build_object(
         'id', c.id || n, 'name', c.name || n, 'refresh_failures', n % 2,
         'stale_at', now() - interval '1 hour', 'refresh_at', now() - interval '1 hour'))).*
       FROM credentials c, generate_series(1, 200) n WHERE c.id = $1`,
      [failing.id],
    );
    const others = [await SignedInCredential.at(vault, server), await SignedInCredential.at(vault, server)];
    for (const credential of others) await credential.goStale();

    const first = await vault.get(RenewableCredentialRepository).listDue(4);
    expect(first.map(({ id }) => id)).toEqual(expect.arrayContaining(others.map(({ id }) => id)));
    await vault.query('DELETE FROM credentials WHERE workspace_id = $1', [failing.workspace.id]);
  });

  it('removes leases that lapsed long ago, and no other', async () => {
    const [old, recent] = [
      await SignedInCredential.at(vault, server),
      await SignedInCredential.at(vault, server),
    ];
    await old.leaseFor(-7_200);
    await recent.leaseFor(-60);
    await workers()[0]?.renewDue();
    expect(await vault.query('SELECT credential_id FROM refresh_leases')).toEqual([
      { credential_id: recent.id },
    ]);
  });

  it('finishes what it has begun when the process stops', async () => {
    const credential = await SignedInCredential.at(vault, server);
    await credential.goStale();
    const before = server.tokenRequests.refresh_token ?? 0;
    server.setLatency(300);
    const third = await vault.second();
    const pass = third.get(RefreshWorker, { strict: false }).renewDue();
    while (server.tokenRequests.refresh_token !== before + 1) await new Promise(setImmediate);
    await third.close();
    expect((await credential.state()).version).toBe(2);
    await pass;
    server.setLatency(0);
  });
});
