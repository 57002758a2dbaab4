import { initiateOAuth, startLoopbackOAuth, type StartedOAuth } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { publicUrl, SignIns, stateOf } from '../../testing/sign-ins.js';
import { refusalOf, type TestWorkspace } from '../../testing/test-workspace.js';

describe('a sign-in that is begun again', () => {
  let database: TestDatabase;
  let signIns: SignIns;

  beforeAll(async () => {
    database = await testDatabase();
    signIns = await SignIns.start(database.url);
  });
  afterAll(async () => {
    await signIns.stop();
    await database.drop();
  });

  /** As if they had been begun, and left alone, half an hour ago. */
  async function longAgo(workspace: TestWorkspace, begun: StartedOAuth[]): Promise<void> {
    const values = [workspace.id, begun.map(({ credential_id }) => credential_id)];
    for (const [table, column, id] of [
      ['credentials', 'updated_at', 'id'],
      ['oauth_flows', 'created_at', 'credential_id'],
    ])
      await signIns.harness.query(
        `UPDATE ${table} SET ${column} = ${column} - interval '30 minutes' WHERE workspace_id = $1 AND ${id} = ANY($2)`,
        values,
      );
  }

  it('given up, leaves its credential to the next one of the same user for the same, and to nobody else', async () => {
    const workspace = await signIns.withClient();
    const wanted = { provider: 'github', scopes: ['repo'] };
    const givenUp = await signIns.initiate(workspace, wanted);
    const named = await signIns.initiate(workspace, { provider: 'github', name: 'github-bot' });
    const under = await signIns.initiate(workspace, wanted);
    await longAgo(workspace, [givenUp, named]);
    const ofOthers = await signIns.initiate(workspace.as('MEMBER'), wanted);
    const next = [
      await signIns.initiate(workspace, { provider: 'github', scopes: ['gist'] }),
      await signIns.initiate(workspace, wanted),
      await signIns.initiate(workspace, { provider: 'github', name: 'github-bot' }),
    ];
    const ids = [givenUp, named, under, ofOthers].map(({ credential_id }) => credential_id);
    expect(next.map(({ credential_id }) => ids.indexOf(credential_id))).toEqual([0, -1, 1]);
    expect(await workspace.credentials.get(givenUp.credential_id)).toMatchObject({
      name: 'github',
      status: 'pending',
      scopes: ['gist'],
    });
    const told = (await signIns.harness.told(workspace.id)).map(({ data }) => data);
    expect(told).toContainEqual({
      entity: 'credential',
      fact: 'updated',
      id: givenUp.credential_id,
      name: 'github',
      fields: ['scopes'],
    });
  });

  it('given up, is of one of many that begin at once', async () => {
    const workspace = await signIns.withClient();
    await longAgo(workspace, [await signIns.initiate(workspace, { provider: 'github' })]);
    const begun = await Promise.all(
      Array.from({ length: 10 }, () => signIns.initiate(workspace, { provider: 'github' })),
    );
    expect(new Set(begun.map(({ credential_id }) => credential_id)).size).toBe(10);
    const { credentials } = await workspace.credentials.list();
    expect(credentials).toHaveLength(10);
  });

  it('is not taken for one that somebody has restricted since', async () => {
    const workspace = await signIns.withClient();
    const givenUp = await signIns.initiate(workspace, { provider: 'github' });
    const { credential_id } = givenUp;
    await workspace.credentials.update(credential_id, { allowed_origins: ['https://mcp.example.com'] });
    await longAgo(workspace, [givenUp]);
    expect((await signIns.initiate(workspace, { provider: 'github' })).credential_id).not.toBe(credential_id);
  });

  it('repeated by its Idempotency-Key makes no second credential, and has a state of its own', async () => {
    const workspace = await signIns.withClient();
    const once = { idempotencyKey: 'once' };
    const request = { provider: 'github', public_url: publicUrl };
    const first = await workspace.call(initiateOAuth, request, once);
    const again = await workspace.call(initiateOAuth, request, once);
    expect(again.credential_id).toBe(first.credential_id);
    expect(stateOf(again)).not.toBe(stateOf(first));
    const others = { ...request, scopes: ['repo'] };
    const refusal = await refusalOf(workspace.call(initiateOAuth, others, once));
    expect(refusal.code).toBe('idempotency_key_reused');
    const loopback = { provider: 'github', port: 4711 };
    const [one, two] = await Promise.all(
      [1, 2].map(() => workspace.call(startLoopbackOAuth, loopback, { idempotencyKey: 'twice' })),
    );
    expect(two!.credential_id).toBe(one!.credential_id);
    expect((await workspace.credentials.list()).credentials).toHaveLength(2);
    const kept = await signIns.harness.query(`SELECT answer FROM idempotency_keys WHERE workspace_id = $1`, [
      workspace.id,
    ]);
    expect(kept).toEqual([{ answer: { id: first.credential_id } }, { answer: { id: one!.credential_id } }]);
  });

  it('repeated by its key when the credential is gone, or somebody else has signed in for it, is refused', async () => {
    const workspace = await signIns.withClient();
    const member = workspace.as('MEMBER');
    const begin = (): Promise<StartedOAuth> =>
      member.call(initiateOAuth, { provider: 'github', public_url: publicUrl }, { idempotencyKey: 'once' });
    const { credential_id } = await begin();
    await signIns.harness.query(`UPDATE credentials SET made_by = NULL WHERE id = $1`, [credential_id]);
    expect((await refusalOf(begin())).code).toBe('forbidden');
    await workspace.credentials.delete(credential_id);
    expect((await refusalOf(begin())).code).toBe('not_found');
  });

  it('repeated by their keys, more at once than there are connections hold nobody up', async () => {
    const workspace = await signIns.withClient();
    const begin = (key: number): Promise<StartedOAuth> =>
      workspace.call(
        initiateOAuth,
        { provider: 'github', public_url: publicUrl },
        { idempotencyKey: `key-${key}` },
      );
    const keys = Array.from({ length: 40 }, (_, key) => key);
    const idsOf = async (): Promise<string[]> =>
      (await Promise.all(keys.map(begin))).map(({ credential_id }) => credential_id);
    expect(await idsOf()).toEqual(await idsOf());
  });

  it('repeated by its key asks for what its credential is for, whatever was connected meanwhile', async () => {
    const { workspace, credentialId, authUrl } = await signIns.connect();
    const { provider } = await workspace.credentials.get(credentialId);
    const begin = (): Promise<StartedOAuth> =>
      workspace.call(
        initiateOAuth,
        { provider: provider!, public_url: publicUrl },
        { idempotencyKey: 'once' },
      );
    await begin();
    await signIns.connect(workspace);
    const resourceOf = (url: string): string | null => new URL(url).searchParams.get('resource');
    expect(resourceOf((await begin()).auth_url)).toBe(resourceOf(authUrl));
  });
});
