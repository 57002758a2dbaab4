import { initiateOAuth } from '@hawser/contracts/vault';
import { findOAuthProvider } from '@hawser/providers';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { callbackUrl, SignIns } from '../../testing/sign-ins.js';
import { refusalOf } from '../../testing/test-workspace.js';

const returnTo = 'https://app.example.com/connected';

describe('a sign-in', () => {
  let database: TestDatabase;
  let signIns: SignIns;

  beforeAll(async () => {
    database = await testDatabase();
    signIns = await SignIns.start(database.url, { redirectAllow: [returnTo] });
  });
  afterAll(async () => {
    await signIns.stop();
    await database.drop();
  });

  const inField = (field: string): object => ({
    code: 'validation_failed',
    details: { errors: [expect.objectContaining({ field })] },
  });

  describe('at a provider that ships with Hawser', () => {
    it('goes to its page, with the client, the scopes, the state and a challenge', async () => {
      const workspace = await signIns.withClient();
      const started = await signIns.initiate(workspace, { provider: 'github' });
      const url = new URL(started.auth_url);
      const github = findOAuthProvider('github')!;
      expect(`${url.origin}${url.pathname}`).toBe(github.authorization_url);
      expect(Object.fromEntries(url.searchParams)).toEqual({
        response_type: 'code',
        client_id: 'our-client',
        redirect_uri: callbackUrl,
        scope: github.scopes.join(' '),
        state: started.state,
        code_challenge: expect.stringMatching(/^[\w-]{43}$/),
        code_challenge_method: 'S256',
      });
      expect(started.auth_url).not.toContain('s3cret');
    });

    it('makes a credential that is pending, and says when the state ends', async () => {
      const workspace = await signIns.withClient();
      const beganAt = Date.now();
      const started = await signIns.initiate(workspace, { provider: 'github', scopes: ['repo'] });
      expect(await workspace.credentials.get(started.credential_id)).toMatchObject({
        name: 'github',
        type: 'oauth2',
        status: 'pending',
        provider: 'github',
        scopes: ['repo'],
        allowed_origins: null,
      });
      const lastsMs = Date.parse(started.expires_at) - beganAt;
      expect(lastsMs).toBeGreaterThanOrEqual(600_000);
      expect(lastsMs).toBeLessThan(610_000);
      // By one clock, whatever the process's says.
      const [flow] = await signIns.harness.query<{ lasts: boolean }>(
        `SELECT expires_at - created_at = interval '10 minutes' AS lasts FROM oauth_flows
          WHERE credential_id = $1 AND created_at BETWEEN now() - interval '1 minute' AND now()`,
        [started.credential_id],
      );
      expect(flow).toEqual({ lasts: true });
      const told = await signIns.harness.told(workspace.id);
      expect(told.at(-1)?.data).toMatchObject({ entity: 'credential', fact: 'created', name: 'github' });
    });

    it('numbers names that nobody asked for, and refuses a name that is taken', async () => {
      const workspace = await signIns.withClient();
      const started = [
        await signIns.initiate(workspace, { provider: 'github' }),
        await signIns.initiate(workspace, { provider: 'github' }),
        await signIns.initiate(workspace, { provider: 'github', name: 'bot' }),
      ];
      const credentials = await Promise.all(
        started.map(({ credential_id }) => workspace.credentials.get(credential_id)),
      );
      expect(credentials.map(({ name }) => name)).toEqual(['github', 'github-2', 'bot']);
      expect(await signIns.refused(workspace, { provider: 'github', name: 'bot' })).toMatchObject({
        code: 'name_taken',
      });
    });

    it('asks for the scopes that the caller names, or for none', async () => {
      const workspace = await signIns.withClient();
      const scopeOf = async (scopes: string[]): Promise<string | null> =>
        new URL(
          (await signIns.initiate(workspace, { provider: 'github', scopes })).auth_url,
        ).searchParams.get('scope');
      expect(await scopeOf(['repo', 'read:org'])).toBe('repo read:org');
      expect(await scopeOf([])).toBeFalsy();
    });

    it.each([
      [['two words']],
      [['']],
      [['a"b']],
      [['a\\b']],
      [['tab\t']],
      [['ümlaut']],
      [['x'.repeat(257)]],
      [Array.from({ length: 101 }, (_, index) => `scope-${index}`)],
    ])('refuses the scopes %j', async (scopes) => {
      expect(await signIns.refused(await signIns.withClient(), { provider: 'github', scopes })).toMatchObject(
        inField('scopes'),
      );
    });

    it('needs a client of the workspace there, and says how to give it one', async () => {
      const error = await signIns.refused(signIns.harness.workspace(), { provider: 'slack' });
      expect(error).toMatchObject({ code: 'oauth_client_missing', details: { provider: 'slack' } });
      expect(error.message).toBe(
        'this workspace has no client at Slack: register one there, PUT its client_id and client_secret to ' +
          '/api/v1/oauth/providers/slack/client, then begin again',
      );
    });
  });

  describe('is refused', () => {
    it('for a provider that nobody knows, with those that are known', async () => {
      const { workspace, credentialId } = await signIns.connect();
      const { provider } = await workspace.credentials.get(credentialId);
      const error = await signIns.refused(workspace, { provider: 'nobody' });
      expect(error).toMatchObject(inField('provider'));
      expect(error.message).toMatch(new RegExp(`must be one of asana, .*github.*, ${provider} `));
      expect(await signIns.refused(await signIns.withClient(), { provider: provider! })).toMatchObject(
        inField('provider'),
      );
    });

    it('when it says neither what for nor at which provider', async () => {
      expect(await signIns.refused(await signIns.withClient(), {})).toMatchObject(inField('provider'));
    });

    it('for a credential that does not exist, or is of another workspace', async () => {
      const workspace = await signIns.withClient();
      const { credential_id } = await signIns.initiate(workspace, { provider: 'github' });
      const missing = { code: 'not_found' };
      expect(await signIns.refused(workspace, { credential_id: 'cred_x' })).toMatchObject(missing);
      expect(await signIns.refused(await signIns.withClient(), { credential_id })).toMatchObject(missing);
    });

    it('for a credential that is not filled by signing in', async () => {
      const workspace = await signIns.withClient();
      const { id } = await workspace.credentials.create({ type: 'bearer' });
      expect(await signIns.refused(workspace, { credential_id: id })).toMatchObject(inField('credential_id'));
    });

    it('at another provider than the credential is of, or under another name', async () => {
      const workspace = await signIns.withClient();
      const { credential_id } = await signIns.initiate(workspace, { provider: 'github' });
      expect(await signIns.refused(workspace, { credential_id, provider: 'slack' })).toMatchObject(
        inField('provider'),
      );
      expect(await signIns.refused(workspace, { credential_id, name: 'other' })).toMatchObject(
        inField('name'),
      );
    });

    it.each([
      'http://localhost:8080/callback',
      'http://127.1:8080/callback',
      `${returnTo}/`,
      `${returnTo}?x`,
      'javascript:alert(1)',
      'https://app.example.com@evil.example/connected',
    ])('with the redirect URI %s, and makes nothing', async (redirect_uri) => {
      const workspace = await signIns.withClient();
      const error = await signIns.refused(workspace, { provider: 'github', redirect_uri });
      expect(error).toMatchObject({
        code: 'validation_failed',
        details: { errors: [{ field: 'redirect_uri', value: redirect_uri }] },
      });
    });

    it("when it is to return somewhere from a redirect URI that is not Hawser's", async () => {
      const elsewhere = { redirect_uri: returnTo, return_to: returnTo };
      const error = await signIns.refused(await signIns.withClient(), { provider: 'github', ...elsewhere });
      expect(error).toMatchObject(inField('return_to'));
    });

    it.each([`${returnTo}/`, callbackUrl, 'http://127.0.0.1:4711/', 'javascript:alert(1)', '/connected'])(
      'when it is to return to %s, and makes nothing',
      async (return_to) => {
        const error = await signIns.refused(await signIns.withClient(), { provider: 'github', return_to });
        expect(error).toMatchObject(inField('return_to'));
      },
    );
  });

  describe('for a credential that was made without a provider', () => {
    it('names one, which the credential has once the sign-in has succeeded', async () => {
      const connected = await signIns.connect();
      const { workspace } = connected;
      const { provider } = await workspace.credentials.get(connected.credentialId);
      const { id } = await workspace.credentials.create({ type: 'oauth2' });
      expect(await signIns.refused(workspace, { credential_id: id })).toMatchObject(inField('provider'));
      const { auth_url } = await signIns.initiate(workspace, { credential_id: id, provider: provider! });
      expect(await workspace.credentials.get(id)).toMatchObject({ status: 'pending', provider: null });
      const completed = await signIns.callBack(await signIns.agree(auth_url));
      expect(completed).toMatchObject({ outcome: 'connected', credential_id: id });
      expect(await workspace.credentials.get(id)).toMatchObject({ status: 'active', provider });
    });
  });

  describe('at a server that was discovered', () => {
    it('is for the MCP server that named it, and its tokens are for no other', async () => {
      const { workspace, credentialId } = await signIns.connect();
      const { provider, allowed_origins } = await workspace.credentials.get(credentialId);
      const started = await signIns.initiate(workspace, { provider: provider! });
      const { searchParams } = new URL(started.auth_url);
      expect(new URL(searchParams.get('resource')!).origin).toBe(allowed_origins![0]);
      expect(await workspace.credentials.get(started.credential_id)).toMatchObject({
        name: new URL(signIns.server.issuer).host.replace(':', '-'),
        allowed_origins,
        scopes: ['mcp:read', 'mcp:tools'],
      });
      const completed = await signIns.callBack(await signIns.agree(started.auth_url));
      expect(completed).toMatchObject({ outcome: 'connected' });
    });

    it('asks again for what the credential has, at the same resource', async () => {
      const { workspace, credentialId, authUrl } = await signIns.connect();
      await signIns.connect(workspace);
      const again = new URL((await signIns.initiate(workspace, { credential_id: credentialId })).auth_url);
      for (const name of ['resource', 'scope', 'client_id']) {
        expect(again.searchParams.get(name)).toBe(new URL(authUrl).searchParams.get(name));
      }
    });

    it('registers another client where the one before was for another address of the gateway', async () => {
      const { workspace, credentialId, authUrl } = await signIns.connect();
      const public_url = 'http://127.0.0.1:10';
      const request = { credential_id: credentialId, public_url };
      const { auth_url } = await workspace.call(initiateOAuth, request);
      const clientOf = (url: string): string | null => new URL(url).searchParams.get('client_id');
      expect(clientOf(auth_url)).not.toBe(clientOf(authUrl));
      const callback = await signIns.server.walk(auth_url);
      expect(callback.origin).toBe(public_url);
      const completed = await signIns.callBack(Object.fromEntries(callback.searchParams));
      expect(completed).toMatchObject({ outcome: 'connected' });
    });
  });

  it('takes away flows that have been over for a day, with their verifiers, and no others', async () => {
    const workspace = await signIns.withClient();
    for (const hours of [23, 25]) {
      const { credential_id } = await signIns.initiate(workspace, {
        provider: 'github',
        name: `after-${hours}`,
      });
      await signIns.harness.query(
        `UPDATE oauth_flows SET expires_at = now() - make_interval(hours => $2) WHERE credential_id = $1`,
        [credential_id, hours],
      );
    }
    await signIns.initiate(workspace, { provider: 'github' });
    const rows = await signIns.harness.rowsOf(workspace.id);
    // Of the secrets one is the client's.
    expect({ flows: rows.oauth_flows, secrets: rows.secrets }).toEqual({ flows: 2, secrets: 3 });
  });

  it('is refused in a workspace that is gone', async () => {
    const workspace = await signIns.withClient();
    await workspace.forget('workspace', workspace.id);
    const error = await refusalOf(signIns.initiate(workspace, { provider: 'github' }));
    expect(['oauth_client_missing', 'not_found']).toContain(error.code);
    expect(await signIns.harness.rowsOf(workspace.id)).toEqual({ departed_tenants: 1 });
  });
});
