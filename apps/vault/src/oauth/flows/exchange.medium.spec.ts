import type { ServiceError } from '@hawser/contracts';
import {
  exchangeOAuth,
  initiateOAuth,
  startLoopbackOAuth,
  type ExchangeOAuth,
} from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { callbackUrl, publicUrl, SignIns } from '../../testing/sign-ins.js';
import { refusalOf, type TestWorkspace } from '../../testing/test-workspace.js';

const port = 4711;
const loopback = `http://127.0.0.1:${port}/callback`;
const ownPage = 'https://app.example.com/oauth/done';

interface Begun {
  workspace: TestWorkspace;
  credentialId: string;
  authUrl: string;
  state: string;
}

describe('the exchange', () => {
  let database: TestDatabase;
  let signIns: SignIns;

  beforeAll(async () => {
    database = await testDatabase();
    signIns = await SignIns.start(database.url, { redirectAllow: [ownPage] });
  });
  afterAll(async () => {
    await signIns.stop();
    await database.drop();
  });

  async function onLoopback(): Promise<Begun> {
    const { workspace, credentialId } = await signIns.connect();
    const started = await workspace.call(startLoopbackOAuth, { credential_id: credentialId, port });
    return { workspace, credentialId, authUrl: started.auth_url, state: started.state };
  }

  /** What the caller was sent by the provider, as he brings it. */
  async function brought({ credentialId, authUrl }: Begun): Promise<ExchangeOAuth> {
    const { code = '', state = '', iss = '' } = await signIns.agree(authUrl);
    return { credential_id: credentialId, code, state, iss };
  }

  /** What an exchange was refused with that must have asked nothing of the provider, and kept nothing. */
  async function refused(
    { credentialId, workspace }: Begun,
    request: ExchangeOAuth,
    caller = workspace,
  ): Promise<ServiceError> {
    const before = signIns.exchanges;
    const error = await refusalOf(caller.call(exchangeOAuth, request));
    const { status } = await workspace.credentials.get(credentialId);
    expect({ status, exchanges: signIns.exchanges }).toEqual({ status: 'pending', exchanges: before });
    return error;
  }

  async function succeeds({ workspace, credentialId }: Begun, request: ExchangeOAuth): Promise<void> {
    const exchanged = await workspace.call(exchangeOAuth, request);
    expect(exchanged).toEqual({ status: 'active', credential_id: credentialId });
    const { value = '' } = await signIns.secretsOf(workspace.id, credentialId);
    expect(await signIns.server.accepts(value)).toBe(true);
  }

  it('ends a sign-in on loopback, by a client that the server registered for just that', async () => {
    const { workspace, credentialId, authUrl } = await signIns.connect();
    const started = await workspace.call(startLoopbackOAuth, { credential_id: credentialId, port });
    expect(started).toEqual({
      auth_url: expect.stringContaining(`redirect_uri=${encodeURIComponent(loopback)}`),
      state: expect.stringMatching(/^[\w-]{43}$/),
      credential_id: credentialId,
      redirect_uri: loopback,
      expires_at: expect.any(String),
    });
    const clientOf = (url: string): string | null => new URL(url).searchParams.get('client_id');
    expect(clientOf(started.auth_url)).not.toBe(clientOf(authUrl));
    const begun = { workspace, credentialId, authUrl: started.auth_url, state: started.state };
    const request = await brought(begun);
    await succeeds(begun, { ...request, redirect_uri: started.redirect_uri });
  });

  it.each([ownPage, callbackUrl])('ends a sign-in at %s', async (redirect_uri) => {
    const { workspace, credentialId } = await signIns.connect();
    const { auth_url, state } = await workspace.call(initiateOAuth, {
      credential_id: credentialId,
      redirect_uri,
      public_url: publicUrl,
    });
    const begun = { workspace, credentialId, authUrl: auth_url, state };
    await succeeds(begun, await brought(begun));
  });

  it('takes the code verifier that Hawser made, which only a program beside it can know', async () => {
    const begun = await onLoopback();
    const request = await brought(begun);
    const [flow] = await signIns.harness.query<{ id: string }>(
      `SELECT id FROM oauth_flows WHERE credential_id = $1 ORDER BY created_at DESC LIMIT 1`,
      [begun.credentialId],
    );
    const { code_verifier = '' } = await signIns.secretsOf(begun.workspace.id, flow!.id);
    const wrong = await refused(begun, { ...request, code_verifier: `${code_verifier}x` });
    expect(wrong).toMatchObject({
      code: 'validation_failed',
      details: { errors: [{ field: 'code_verifier', message: expect.any(String) }] },
    });
    await succeeds(begun, { ...request, code_verifier });
  });

  describe('of a state that is not good', () => {
    const invalid = (reason: string): object => ({ code: 'oauth_state_invalid', details: { reason } });

    it('is refused when it is invented', async () => {
      const begun = await onLoopback();
      const request = { ...(await brought(begun)), state: 'B'.repeat(43) };
      expect(await refused(begun, request)).toMatchObject(invalid('unknown'));
    });

    it('is refused when it is old', async () => {
      const begun = await onLoopback();
      const request = await brought(begun);
      await signIns.harness.query(`UPDATE oauth_flows SET expires_at = now() WHERE credential_id = $1`, [
        begun.credentialId,
      ]);
      expect(await refused(begun, request)).toMatchObject(invalid('expired'));
    });

    it('is refused when it has been used', async () => {
      const begun = await onLoopback();
      const request = await brought(begun);
      await succeeds(begun, request);
      const before = signIns.exchanges;
      const error = await refusalOf(begun.workspace.call(exchangeOAuth, request));
      expect([error, signIns.exchanges]).toMatchObject([invalid('used'), before]);
      expect(error.message).toBe('the state has been used before: begin the sign-in again');
    });

    it.each([
      ['another user', ({ workspace }: Begun) => workspace.as('OWNER', 'usr_other')],
      [
        'a token of nobody, though the user has used it',
        ({ workspace }: Begun) => workspace.for({ kind: 'service', id: 'tok_test', role: 'OWNER' }),
      ],
    ])('is refused to %s as if nobody had it, and is still good for its owner', async (_, callerOf) => {
      const begun = await onLoopback();
      const request = await brought(begun);
      expect(await refused(begun, request, callerOf(begun))).toMatchObject(invalid('unknown'));
      await succeeds(begun, request);
    });

    it('is refused for another credential of the same user, and is still good for its own', async () => {
      const begun = await onLoopback();
      const other = await signIns.connect(begun.workspace);
      const request = await brought(begun);
      const foreign = { ...request, credential_id: other.credentialId };
      expect(await refused({ ...begun, ...other }, foreign)).toMatchObject(invalid('unknown'));
      await succeeds(begun, request);
    });

    it('is refused in another workspace, where the credential does not exist', async () => {
      const begun = await onLoopback();
      const request = await brought(begun);
      const elsewhere = signIns.harness.workspace();
      expect(await refused(begun, request, elsewhere)).toMatchObject({ code: 'not_found' });
      const theirs = await signIns.connect(elsewhere);
      const error = await refused(begun, { ...request, credential_id: theirs.credentialId }, elsewhere);
      expect(error).toMatchObject(invalid('unknown'));
      await succeeds(begun, request);
    });

    it('is refused with another redirect URI than it began with, and is still good with its own', async () => {
      const begun = await onLoopback();
      const request = await brought(begun);
      const wrong = await refused(begun, { ...request, redirect_uri: `${loopback}/` });
      expect(wrong).toMatchObject(invalid('elsewhere'));
      await succeeds(begun, { ...request, redirect_uri: loopback });
    });
  });

  it.each([['https://evil.example.com'], [null], ['']])(
    'is refused for a code that %j issued, and the sign-in is over',
    async (iss) => {
      const begun = await onLoopback();
      const request = await brought(begun);
      const wrong = await refused(begun, { ...request, iss });
      expect(wrong).toMatchObject({
        code: 'validation_failed',
        details: { errors: [expect.objectContaining({ field: 'iss' })] },
      });
      expect(await refused(begun, request)).toMatchObject({ details: { reason: 'used' } });
    },
  );

  it('is refused without a code, and the state stays good', async () => {
    const begun = await onLoopback();
    const request = await brought(begun);
    expect(await refused(begun, { ...request, code: '' })).toMatchObject({ code: 'validation_failed' });
    await succeeds(begun, request);
  });

  it('says what the provider says, and repeats no code', async () => {
    const begun = await onLoopback();
    const request = await brought(begun);
    const code = 'canary-code';
    const error = await refusalOf(begun.workspace.call(exchangeOAuth, { ...request, code }));
    expect(error).toMatchObject({
      code: 'upstream_failed',
      message: expect.stringContaining('invalid_grant'),
    });
    expect(JSON.stringify([error.message, error.details])).not.toContain('canary');
  });

  it('goes through once, however many ask for it at the same time', async () => {
    const begun = await onLoopback();
    const request = await brought(begun);
    const before = signIns.exchanges;
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, () => begun.workspace.call(exchangeOAuth, request)),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(signIns.exchanges - before).toBe(1);
  });

  it('needs no other client the next time at the same port', async () => {
    const { workspace, credentialId } = await onLoopback();
    const again = await workspace.call(startLoopbackOAuth, { credential_id: credentialId, port });
    const begun = { workspace, credentialId, authUrl: again.auth_url, state: again.state };
    await succeeds(begun, await brought(begun));
    // One for the callback, by which the connection began, and one for the port.
    expect(await signIns.harness.rowsOf(workspace.id)).toMatchObject({ oauth_clients: 2 });
  });

  it('is refused, and its credential stays, when the client has been taken away meanwhile', async () => {
    const begun = await onLoopback();
    const request = await brought(begun);
    await signIns.harness.query(`DELETE FROM oauth_clients WHERE workspace_id = $1`, [begun.workspace.id]);
    expect(await refused(begun, request)).toMatchObject({ code: 'oauth_client_missing' });
  });
});
