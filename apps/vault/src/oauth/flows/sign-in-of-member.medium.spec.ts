import { jest } from '@jest/globals';
import { initiateOAuth, startLoopbackOAuth, type StartedOAuth } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { CredentialStore } from '../../credentials/credential-store.js';
import { publicUrl, SignIns, stateOf } from '../../testing/sign-ins.js';
import { refusalOf, type TestWorkspace } from '../../testing/test-workspace.js';

describe('a sign-in of a MEMBER', () => {
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

  it('makes a credential, and may be repeated for it by the same user', async () => {
    const workspace = await signIns.withClient();
    const member = workspace.as('MEMBER');
    const { credential_id, auth_url } = await signIns.initiate(member, { provider: 'github' });
    const again = await signIns.initiate(member, { credential_id });
    expect(again.credential_id).toBe(credential_id);
    expect(stateOf(again)).not.toBe(stateOf({ auth_url }));
    const loopback = await member.call(startLoopbackOAuth, { credential_id, port: 4711 });
    expect(loopback).toMatchObject({ credential_id, redirect_uri: 'http://127.0.0.1:4711/callback' });
  });

  it("is refused for a credential that is another's, or was not made by a sign-in", async () => {
    const workspace = await signIns.withClient();
    const others = await signIns.initiate(workspace.as('MEMBER', 'usr_other'), { provider: 'github' });
    const member = workspace.as('MEMBER');
    const foreign = { credential_id: others.credential_id };
    expect(await signIns.refused(workspace, foreign, member)).toMatchObject({ code: 'forbidden' });
    const { id } = await workspace.credentials.create({ type: 'oauth2' });
    const written = { credential_id: id, provider: 'github' };
    expect(await signIns.refused(workspace, written, member)).toMatchObject({ code: 'forbidden' });
    const error = await refusalOf(member.call(startLoopbackOAuth, { ...foreign, port: 4711 }));
    expect(error.code).toBe('forbidden');
  });

  it('is over once somebody else has signed in for it', async () => {
    const { workspace, credentialId, authUrl } = await signIns.connect();
    const mine = `UPDATE credentials SET made_by = 'usr_member' WHERE id = $1`;
    await signIns.harness.query(mine, [credentialId]);
    const member = workspace.as('MEMBER', 'usr_member');
    expect(await signIns.initiate(member, { credential_id: credentialId })).toMatchObject({
      credential_id: credentialId,
    });
    await signIns.callBack(await signIns.agree(authUrl));
    const refusal = await signIns.refused(workspace, { credential_id: credentialId }, member);
    expect(refusal).toMatchObject({ code: 'forbidden' });
  });

  it('is over in the middle, where another one of his was under way', async () => {
    const { workspace, credentialId, authUrl } = await signIns.connect();
    const mine = `UPDATE credentials SET made_by = 'usr_member' WHERE id = $1`;
    await signIns.harness.query(mine, [credentialId]);
    const member = workspace.as('MEMBER', 'usr_member');
    const underWay = await signIns.initiate(member, { credential_id: credentialId });
    const callback = await signIns.agree(underWay.auth_url);
    await signIns.callBack(await signIns.agree(authUrl));
    const before = await signIns.secretsOf(workspace.id, credentialId);
    expect(await signIns.callBack(callback)).toMatchObject({ outcome: 'state_unknown' });
    expect(await signIns.secretsOf(workspace.id, credentialId)).toEqual(before);
  });

  it('is over in the middle of its exchange, too', async () => {
    const { workspace, credentialId, authUrl } = await signIns.connect();
    const mine = `UPDATE credentials SET made_by = 'usr_member' WHERE id = $1`;
    await signIns.harness.query(mine, [credentialId]);
    const member = workspace.as('MEMBER', 'usr_member');
    const underWay = await signIns.initiate(member, { credential_id: credentialId });
    const [his, callback] = [await signIns.agree(underWay.auth_url), await signIns.agree(authUrl)];
    const store = signIns.harness.get(CredentialStore);
    const storeSignIn = store.storeSignIn.bind(store);
    // Between the provider's answer to the MEMBER and storing it, the OWNER is done.
    jest.spyOn(store, 'storeSignIn').mockImplementationOnce(async (...given) => {
      await signIns.callBack(callback);
      return storeSignIn(...given);
    });
    expect(await signIns.callBack(his)).toMatchObject({ outcome: 'exchange_failed' });
    const { value } = await signIns.secretsOf(workspace.id, credentialId);
    expect(await signIns.server.accepts(value ?? '')).toBe(true);
  });

  it('takes no name that templates call, where there is no such credential', async () => {
    const workspace = await signIns.withClient();
    const member = workspace.as('MEMBER');
    for (const name of ['bot', 'github', 'github-2'])
      signIns.harness.bindings.script.use({ id: `name:${name}` });
    const refusal = await signIns.refused(workspace, { provider: 'github', name: 'bot' }, member);
    expect(refusal).toMatchObject({ code: 'forbidden' });
    expect(refusal.message).toContain('templates of this workspace call for a credential named "bot"');
    // Somebody's is no less theirs for that, and a name that is taken is taken.
    const begin = (): Promise<StartedOAuth> =>
      member.call(
        initiateOAuth,
        { provider: 'github', name: 'own', public_url: publicUrl },
        { idempotencyKey: 'once' },
      );
    const own = await begin();
    signIns.harness.bindings.script.use({ id: 'name:own' });
    expect((await begin()).credential_id).toBe(own.credential_id);
    expect(await signIns.refused(workspace, { provider: 'github', name: 'own' }, member)).toMatchObject({
      code: 'name_taken',
    });
    const nameOf = async (caller: TestWorkspace): Promise<string> => {
      const { credential_id } = await signIns.initiate(caller, { provider: 'github' });
      return (await workspace.credentials.get(credential_id)).name;
    };
    expect([await nameOf(member), await nameOf(workspace.as('MANAGER'))]).toEqual(['github-3', 'github']);
  });

  it('is what a MANAGER may do for any credential', async () => {
    const workspace = await signIns.withClient();
    const { credential_id } = await signIns.initiate(workspace.as('MEMBER'), { provider: 'github' });
    expect(await signIns.initiate(workspace.as('MANAGER'), { credential_id })).toMatchObject({
      credential_id,
    });
  });
});
