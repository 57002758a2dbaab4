import { randomUUID } from 'node:crypto';
import { createCredential, initiateOAuth, setOAuthClient } from '@hawser/contracts/vault';
import { tenantDeparted, type Departure } from '@hawser/contracts/directory';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { codesOf, type TestWorkspace } from '../testing/test-workspace.js';
import { VaultHarness } from '../testing/vault-harness.js';

const rounds = 40;
const github = { provider_id: 'github', client_id: 'client', client_secret: 'secret' };

describe('workspaces that are no more', () => {
  let database: TestDatabase;
  let harness: VaultHarness;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await VaultHarness.start(database.url);
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  /** Something in every table that there is. */
  async function filled(): Promise<TestWorkspace> {
    const workspace = harness.workspace();
    const { id } = await workspace.credentials.create({}, { idempotencyKey: 'key' });
    await workspace.call(setOAuthClient, github);
    await workspace.call(initiateOAuth, { provider: 'github', public_url: 'http://127.0.0.1:8080' });
    for (const [table, columns] of Object.entries(elsewhereFilled(workspace.id, id))) {
      const names = Object.keys(columns);
      const places = names.map((_, index) => `$${index + 1}`);
      await harness.query(
        `INSERT INTO ${table} (${names.join()}) VALUES (${places.join()})`,
        Object.values(columns),
      );
    }
    return workspace;
  }
  const everything = {
    credential_uses: 1,
    credentials: 2,
    data_keys: 1,
    disclosures: 1,
    idempotency_keys: 1,
    oauth_clients: 1,
    oauth_flows: 1,
    oauth_servers: 1,
    refresh_leases: 1,
    secrets: 3,
  };
  const onlyNoted = { departed_tenants: 1 };

  it('leave no row in any table', async () => {
    const workspace = await filled();
    const other = await filled();
    const tables = await harness.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns
        WHERE table_schema = 'vault' AND column_name = 'workspace_id' ORDER BY table_name`,
    );
    expect(tables.map(({ name }) => name)).toEqual(
      [...Object.keys(everything), ...Object.keys(onlyNoted)].toSorted(),
    );
    expect(await harness.rowsOf(workspace.id)).toEqual(everything);
    await workspace.forget('workspace', workspace.id);
    expect(await harness.rowsOf(workspace.id)).toEqual(onlyNoted);
    expect(await harness.rowsOf(other.id)).toEqual(everything);
  });

  it('keep all when one of their crews or agents goes, which is only noted', async () => {
    const workspace = await filled();
    await workspace.forget('crew', 'crew_1');
    await workspace.forget('agent', 'agt_1');
    expect(await harness.rowsOf(workspace.id)).toEqual({ ...everything, departed_tenants: 2 });
  });

  it('are not others than the one named, whatever ids are given', async () => {
    const workspace = await filled();
    const stranger = harness.workspace();
    await stranger.forget('workspace', stranger.id);
    await harness.events.publish(envelope(stranger.id, { kind: 'workspace', id: stranger.id }));
    expect(await harness.rowsOf(workspace.id)).toEqual(everything);
  });

  it('are told of twice, directly and by the event, or by the event alone and that redelivered', async () => {
    const [both, event] = [await filled(), await filled()];
    await both.forget('workspace', both.id);
    await harness.events.publish(envelope(both.id, { kind: 'workspace', id: both.id }));
    const departure = envelope(event.id, { kind: 'workspace', id: event.id });
    await harness.events.publish(departure);
    await harness.events.publish(departure);
    expect(await harness.rowsOf(both.id)).toEqual(onlyNoted);
    expect(await harness.rowsOf(event.id)).toEqual(onlyNoted);
    const noted = await harness.query(`SELECT event_id FROM inbox WHERE event_id = $1`, [departure.id]);
    expect(noted).toHaveLength(1);
  });

  /** All that makes something for a workspace. */
  const creations = (workspace: TestWorkspace): Promise<unknown>[] => [
    workspace.credentials.create(),
    workspace.call(setOAuthClient, github),
    workspace.credentials.create({ type: 'oauth2' }),
    workspace.call(initiateOAuth, { provider: 'github', public_url: 'http://127.0.0.1:8080' }),
    workspace.call(
      createCredential,
      { name: 'keyed', type: 'secret', value: 'x' },
      { idempotencyKey: 'another' },
    ),
  ];

  it('get nothing new', async () => {
    const workspace = await filled();
    await workspace.forget('workspace', workspace.id);
    const codes = new Set(await codesOf(creations(workspace)));
    // A flow needs the client, which went.
    expect([...codes]).toEqual(['not_found', 'oauth_client_missing']);
    expect(await harness.rowsOf(workspace.id)).toEqual(onlyNoted);
  });

  it('keep nothing of what is made while they go', async () => {
    const codes = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      const workspace = round % 2 === 0 ? harness.workspace() : await filled();
      const calls = [
        ...creations(workspace),
        workspace.forget('workspace', workspace.id),
        ...creations(workspace),
      ];
      for (const code of await codesOf(calls)) codes.add(code);
      expect(await harness.rowsOf(workspace.id)).toEqual(onlyNoted);
    }
    const expected = ['answered', 'name_taken', 'not_found', 'oauth_client_missing'];
    expect([...codes].filter((code) => !expected.includes(code))).toEqual([]);
    expect(codes).toContain('not_found');
  }, 30_000);

  it('stand their credentials being changed and deleted meanwhile', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const workspace = harness.workspace();
      const credentials = await Promise.all(Array.from({ length: 4 }, () => workspace.credentials.create()));
      const ids = credentials.map(({ id }) => id);
      const codes = await codesOf([
        ...ids.slice(0, 2).map((id) => workspace.credentials.update(id, { value: 'other' })),
        workspace.forget('workspace', workspace.id),
        ...ids.slice(1).map((id) => workspace.credentials.delete(id)),
        ...ids.slice(0, 2).map((id) => workspace.credentials.update(id, { name: `renamed-${id}` })),
      ]);
      expect(codes.filter((code) => !['answered', 'not_found'].includes(code))).toEqual([]);
      expect(await harness.rowsOf(workspace.id)).toEqual(onlyNoted);
    }
  }, 30_000);
});

/** Rows that come to be in ways that other specs are about. */
function elsewhereFilled(workspace_id: string, credential_id: string): Record<string, object> {
  const metadata = { token_url: 'https://auth.example.com/token' };
  return {
    oauth_servers: { id: `oas_${randomUUID()}`, workspace_id, issuer: 'https://auth.example.com', metadata },
    credential_uses: { workspace_id, credential_id, last_used_at: new Date() },
    refresh_leases: { workspace_id, credential_id, owner: 'somebody', held_until: new Date() },
    disclosures: {
      id: `aud_${randomUUID()}`,
      workspace_id,
      at: new Date(),
      actor_kind: 'agent',
      actor_id: 'tok_1',
      action: 'credentials.disclosed',
      target_id: 'agt_1',
      fields: ['github'],
      request_id: 'req_1',
    },
  };
}

function envelope(workspace_id: string, data: Departure): Parameters<VaultHarness['events']['publish']>[0] {
  return {
    id: `evt_${randomUUID()}`,
    subject: tenantDeparted.subject,
    occurred_at: new Date().toISOString(),
    workspace_id,
    actor: { kind: 'system', id: 'directory' },
    request_id: 'req_1',
    data,
  };
}
