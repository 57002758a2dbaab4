import { initiateOAuth, type CompletedOAuth, type OAuthCallback } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Revocation } from '../servers/revocation.js';
import { publicUrl, SignIns, stateOf, type Connected } from '../../testing/sign-ins.js';
import { hashOfState } from './flow-secrets.js';

const returnTo = 'https://app.example.com/connected';
const loopback = 'http://127.0.0.1:4711/callback';

describe('the callback', () => {
  let database: TestDatabase;
  let signIns: SignIns;

  beforeAll(async () => {
    database = await testDatabase();
    signIns = await SignIns.start(database.url, { redirectAllow: [returnTo] });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await signIns.stop();
    await database.drop();
  });

  const nothing = { provider: null, credential: null, credential_id: null, return_to: null };

  /** Everything that is kept of a credential and its secrets. */
  async function kept({ workspace, credentialId }: Connected): Promise<unknown> {
    return {
      credential: await workspace.credentials.get(credentialId),
      secrets: await signIns.secretsOf(workspace.id, credentialId),
    };
  }

  /** One that works, and a second sign-in for it. */
  async function again(): Promise<Connected> {
    const connected = await signIns.connect();
    await signIns.callBack(await signIns.agree(connected.authUrl));
    const { auth_url } = await connected.workspace.call(initiateOAuth, {
      credential_id: connected.credentialId,
      public_url: publicUrl,
    });
    return { ...connected, authUrl: auth_url };
  }

  /** What came of a callback that must leave everything as it was, and ask nothing of the provider. */
  async function inVain(connected: Connected, callback: OAuthCallback): Promise<CompletedOAuth> {
    const [before, exchanges] = [await kept(connected), signIns.exchanges];
    const completed = await signIns.callBack(callback);
    expect({ kept: await kept(connected), exchanges: signIns.exchanges }).toEqual({
      kept: before,
      exchanges,
    });
    return completed;
  }

  async function pass(connected: Connected, minutes: number): Promise<void> {
    await signIns.harness.query(
      `UPDATE oauth_flows SET expires_at = expires_at - make_interval(mins => $2) WHERE credential_id = $1`,
      [connected.credentialId, minutes],
    );
  }

  it('makes the credential active with tokens that the provider stands by', async () => {
    const connected = await signIns.connect();
    const { workspace, credentialId } = connected;
    const completed = await signIns.callBack(await signIns.agree(connected.authUrl));
    const credential = await workspace.credentials.get(credentialId);
    expect(completed).toEqual({
      outcome: 'connected',
      provider: new URL(signIns.server.issuer).host,
      credential: credential.name,
      credential_id: credentialId,
      return_to: null,
    });
    expect(credential).toMatchObject({
      status: 'active',
      status_reason: null,
      scopes: ['mcp:read', 'mcp:tools'],
      expires_at: expect.any(String),
      version: 1,
    });
    const { value = '', ...others } = await signIns.secretsOf(workspace.id, credentialId);
    expect(await signIns.server.accepts(value)).toBe(true);
    expect(others).toEqual({ refresh_token: expect.any(String) });
  });

  it('works in the name of the user who began, in that workspace', async () => {
    const { workspace, authUrl } = await signIns.connect();
    await signIns.callBack(await signIns.agree(authUrl));
    const told = await signIns.harness.told(workspace.id);
    const { subject, actor, workspace_id } = told.at(-1)!;
    expect({ subject, actor, workspace_id }).toEqual({
      subject: 'hawser.events.vault.credential.status-changed.v1',
      actor: { kind: 'user', id: 'usr_test', user_id: 'usr_test' },
      workspace_id: workspace.id,
    });
  });

  it('says where to go then', async () => {
    const { workspace, credentialId } = await signIns.connect();
    const { auth_url } = await workspace.call(initiateOAuth, {
      credential_id: credentialId,
      return_to: returnTo,
      public_url: publicUrl,
    });
    const { outcome, return_to } = await signIns.callBack(await signIns.agree(auth_url));
    expect({ outcome, return_to }).toEqual({ outcome: 'connected', return_to: returnTo });
  });

  it('keeps neither state nor verifier where anybody could read them, and no verifier that is used', async () => {
    const { workspace, credentialId, authUrl } = await signIns.connect();
    const state = stateOf({ auth_url: authUrl });
    const [flow] = await signIns.harness.query<{ id: string; state_hash: Buffer; minutes: number }>(
      `SELECT *, date_part('minute', expires_at - now() + interval '30 s')::int AS minutes
         FROM oauth_flows WHERE credential_id = $1`,
      [credentialId],
    );
    expect(flow).toMatchObject({ state_hash: hashOfState(state), minutes: 10 });
    const { code_verifier } = await signIns.secretsOf(workspace.id, flow!.id);
    expect(code_verifier).toMatch(/^[\w-]{43}$/);
    expect(authUrl).not.toContain(code_verifier);
    await signIns.callBack({ state, error: 'access_denied' });
    expect(await signIns.secretsOf(workspace.id, flow!.id)).toEqual({});
  });

  it.each([undefined, '', 'x', 'A'.repeat(43), "' OR true --"])(
    'knows nothing of the state %j',
    async (state) => {
      const connected = await signIns.connect();
      expect(await inVain(connected, { ...(state !== undefined && { state }), code: 'a-code' })).toEqual({
        outcome: 'state_unknown',
        ...nothing,
      });
    },
  );

  it('takes a state once', async () => {
    const connected = await signIns.connect();
    const callback = await signIns.agree(connected.authUrl);
    expect(await signIns.callBack(callback)).toMatchObject({ outcome: 'connected' });
    expect(await inVain(connected, callback)).toEqual({ outcome: 'state_used', ...nothing });
  });

  it('takes a state once, however many come at the same time, at whichever process', async () => {
    await signIns.harness.second();
    for (let round = 0; round < 5; round += 1) {
      const { authUrl } = await signIns.connect();
      const callback = await signIns.agree(authUrl);
      const before = signIns.exchanges;
      const all = await Promise.all(Array.from({ length: 12 }, () => signIns.callBack(callback)));
      expect(all.map(({ outcome }) => outcome).sort()).toEqual([
        'connected',
        ...Array<string>(11).fill('state_used'),
      ]);
      expect(signIns.exchanges - before).toBe(1);
    }
  });

  it('takes no state that is older than ten minutes', async () => {
    const connected = await signIns.connect();
    const callback = await signIns.agree(connected.authUrl);
    await pass(connected, 10);
    expect(await inVain(connected, callback)).toEqual({ outcome: 'state_expired', ...nothing });
  });

  it('still takes one that is somewhat younger', async () => {
    const connected = await signIns.connect();
    const callback = await signIns.agree(connected.authUrl);
    await pass(connected, 9);
    expect(await signIns.callBack(callback)).toMatchObject({ outcome: 'connected' });
  });

  it('leaves the state of a sign-in that ends elsewhere to whoever began it', async () => {
    const connected = await again();
    const { workspace, credentialId } = connected;
    const request = { credential_id: credentialId, redirect_uri: loopback, public_url: publicUrl };
    const { state } = await workspace.call(initiateOAuth, request);
    expect(await inVain(connected, { state, code: 'a-code' })).toEqual({
      outcome: 'state_elsewhere',
      ...nothing,
    });
    const [flow] = await signIns.harness.query(`SELECT consumed_at FROM oauth_flows WHERE state_hash = $1`, [
      hashOfState(state),
    ]);
    expect(flow).toEqual({ consumed_at: null });
  });

  describe.each([
    ['a first sign-in', () => signIns.connect()],
    ['a later one', again],
  ])('of %s that goes wrong', (_, begin) => {
    /** What the flow itself allows to be told. */
    async function wordsFor({ workspace, credentialId }: Connected): Promise<object> {
      const { name } = await workspace.credentials.get(credentialId);
      const provider = new URL(signIns.server.issuer).host;
      return { provider, credential: name, credential_id: credentialId, return_to: null };
    }

    it.each([
      ['access_denied', 'declined'],
      ['server_error', 'provider_error'],
      ['<script>alert(1)</script>', 'provider_error'],
    ])('because the provider says %s, keeps everything, and the flow is over', async (error, outcome) => {
      const connected = await begin();
      const state = stateOf({ auth_url: connected.authUrl });
      const callback = { state, error, code: 'a-code', error_description: 'because' };
      expect(await inVain(connected, callback)).toEqual({ outcome, ...(await wordsFor(connected)) });
      expect(await inVain(connected, callback)).toEqual({ outcome: 'state_used', ...nothing });
    });

    it('because the user declines, keeps everything', async () => {
      const connected = await begin();
      const { searchParams } = await signIns.server.walk(connected.authUrl, { consent: false });
      const completed = await inVain(connected, Object.fromEntries(searchParams));
      expect(completed).toEqual({ outcome: 'declined', ...(await wordsFor(connected)) });
    });

    it.each([['https://evil.example.com'], [undefined], ['']])(
      'because it was issued by %j, keeps everything, and the flow is over',
      async (iss) => {
        const connected = await begin();
        const callback = await signIns.agree(connected.authUrl);
        delete callback.iss;
        const wrong = { ...callback, ...(iss !== undefined && { iss }) };
        const completed = await inVain(connected, wrong);
        expect(completed).toEqual({ outcome: 'issuer_mismatch', ...(await wordsFor(connected)) });
        const late = await inVain(connected, { ...callback, iss: signIns.server.issuer });
        expect(late).toEqual({ outcome: 'state_used', ...nothing });
      },
    );

    it.each([undefined, ''])('because the code is %j, keeps everything', async (code) => {
      const connected = await begin();
      const callback = await signIns.agree(connected.authUrl);
      delete callback.code;
      const completed = await inVain(connected, { ...callback, ...(code !== undefined && { code }) });
      expect(completed).toEqual({ outcome: 'code_missing', ...(await wordsFor(connected)) });
    });

    it('because the provider does not take the code, keeps everything', async () => {
      const connected = await begin();
      const callback = await signIns.agree(connected.authUrl);
      const before = [await kept(connected), signIns.exchanges];
      const completed = await signIns.callBack({ ...callback, code: 'not-that-code' });
      expect(completed).toEqual({ outcome: 'exchange_failed', ...(await wordsFor(connected)) });
      expect([await kept(connected), signIns.exchanges - 1]).toEqual(before);
    });
  });

  it('fails, and asks nothing, where the client has been taken away meanwhile', async () => {
    const connected = await signIns.connect();
    const callback = await signIns.agree(connected.authUrl);
    await signIns.harness.query(`DELETE FROM oauth_clients WHERE workspace_id = $1`, [
      connected.workspace.id,
    ]);
    expect(await inVain(connected, callback)).toMatchObject({ outcome: 'exchange_failed' });
  });

  it('gives the grant back where the credential has been deleted meanwhile', async () => {
    const revoke = jest.spyOn(signIns.harness.get(Revocation), 'revoke');
    const { workspace, credentialId, authUrl } = await signIns.connect();
    const callback = await signIns.agree(authUrl);
    signIns.server.setLatency(2_500);
    const [before, beganAt] = [signIns.exchanges, Date.now()];
    const completing = signIns.callBack(callback);
    while (signIns.exchanges === before && Date.now() - beganAt < 2_000) await new Promise(setImmediate);
    await workspace.credentials.delete(credentialId, true);
    const { outcome } = await completing.finally(() => signIns.server.setLatency(0));
    expect([outcome, await revoke.mock.results[0]?.value]).toEqual(['exchange_failed', true]);
    expect(await signIns.harness.rowsOf(workspace.id)).not.toHaveProperty('secrets');
  });

  it('knows nothing of the state of a credential that has been deleted', async () => {
    const { workspace, credentialId, authUrl } = await signIns.connect();
    const callback = await signIns.agree(authUrl);
    await workspace.credentials.delete(credentialId, true);
    expect(await signIns.callBack(callback)).toEqual({ outcome: 'state_unknown', ...nothing });
    const left = await signIns.harness.rowsOf(workspace.id);
    expect(left).not.toHaveProperty('oauth_flows');
    expect(left).not.toHaveProperty('secrets');
  });

  it('lets several sign-ins for one credential be under way, of which the last to end counts', async () => {
    const connected = await signIns.connect();
    const { workspace, credentialId } = connected;
    const second = await workspace.call(initiateOAuth, {
      credential_id: credentialId,
      public_url: publicUrl,
    });
    const callbacks = [await signIns.agree(connected.authUrl), await signIns.agree(second.auth_url)];
    expect(await signIns.callBack(callbacks[1]!)).toMatchObject({ outcome: 'connected' });
    const { value } = await signIns.secretsOf(workspace.id, credentialId);
    expect(await signIns.callBack(callbacks[0]!)).toMatchObject({ outcome: 'connected' });
    const later = await signIns.secretsOf(workspace.id, credentialId);
    expect(later.value).not.toBe(value);
    expect(await signIns.server.accepts(later.value!)).toBe(true);
  });

  it('logs how a sign-in ended, and nothing of what came with it', async () => {
    const lines: unknown[] = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((...line: unknown[]) => void lines.push(...line));
    const ends: [Connected, Partial<OAuthCallback>][] = [
      [await signIns.connect(), { error: 'canary error' }],
      [await signIns.connect(), { iss: 'https://canary.example.com' }],
      [await signIns.connect(), { code: 'canary-code' }],
    ];
    for (const [{ authUrl }, wrong] of ends) {
      await signIns.callBack({ ...(await signIns.agree(authUrl)), ...wrong });
    }
    expect(lines).toEqual([
      expect.stringMatching(/^flow_\w+ at oas_\w+: provider_error$/),
      expect.stringMatching(/^flow_\w+ at oas_\w+: issuer_mismatch$/),
      expect.stringMatching(/^flow_\w+ at oas_\w+: exchange_failed, .*invalid_grant/),
    ]);
    const said = JSON.stringify(lines);
    const states = ends.map(([{ authUrl }]) => stateOf({ auth_url: authUrl }));
    expect(['canary', ...states].filter((secret) => said.includes(secret))).toEqual([]);
  });

  it('logs a state that is not good without it, and below the warnings, as anybody may send one', async () => {
    const lines: unknown[] = [];
    const noted = (...line: unknown[]): void => void lines.push(...line);
    const levels = ['warn', 'log'] as const;
    const [warn] = levels.map((level) => jest.spyOn(Logger.prototype, level).mockImplementation(noted));
    await signIns.callBack({ state: 'canary', code: 'canary-code' });
    expect(lines).toEqual(['a callback without a good state: unknown']);
    expect(warn).not.toHaveBeenCalled();
  });
});
