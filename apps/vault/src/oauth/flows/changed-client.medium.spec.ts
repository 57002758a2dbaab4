import { setTimeout as delay } from 'node:timers/promises';
import {
  deleteOAuthClient,
  exchangeOAuth,
  initiateOAuth,
  setOAuthClient,
  startLoopbackOAuth,
} from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { jest } from '@jest/globals';
import type { RefreshOutcome } from '../../refresh/refresh-outcome.js';
import { TokenRefresher } from '../../refresh/token-refresher.js';
import { callbackUrl, publicUrl, SignIns, type Connected } from '../../testing/sign-ins.js';
import { codesOf, refusalOf, type TestWorkspace } from '../../testing/test-workspace.js';
import { TokenEndpoint } from '../servers/token-endpoint.js';

const waitMs = 6_000;
const movedUrl = 'http://127.0.0.1:10';
const port = 4711;

describe('when clients change', () => {
  let database: TestDatabase;
  let signIns: SignIns;

  beforeAll(async () => {
    database = await testDatabase();
    signIns = await SignIns.start(database.url);
  });
  afterEach(() => {
    expect(signIns.server.tokenErrors).toEqual({});
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await signIns.stop();
    await database.drop();
  });

  const clientOf = (authUrl: string): string | null => new URL(authUrl).searchParams.get('client_id');

  async function finish({ workspace, credentialId, authUrl }: Connected): Promise<void> {
    const completed = await signIns.callBack(await signIns.agree(authUrl));
    expect(completed).toMatchObject({ outcome: 'connected', credential_id: credentialId });
    expect((await workspace.credentials.get(credentialId)).status).toBe('active');
  }

  /** What comes of a renewal, which is due. */
  async function renewed({ workspace, credentialId }: Connected): Promise<RefreshOutcome> {
    await signIns.harness.query(
      `UPDATE credentials SET expires_at = now(), stale_at = now(), refresh_at = now() WHERE id = $1`,
      [credentialId],
    );
    const { version } = await workspace.credentials.get(credentialId);
    const outcome = await signIns.harness.get(TokenRefresher).ensureFresh(workspace.id, credentialId, waitMs);
    const { value = '' } = await signIns.secretsOf(workspace.id, credentialId);
    expect({
      version: (await workspace.credentials.get(credentialId)).version,
      isGood: await signIns.server.accepts(value),
    }).toEqual({ version: version + 1, isGood: true });
    return outcome;
  }

  /** A client of the workspace's own, which somebody registered at the server. */
  async function giveClient(workspace: TestWorkspace, provider_id: string): Promise<string> {
    const response = await fetch(`${signIns.server.issuer}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [callbackUrl], application_type: 'native' }),
    });
    const { client_id, client_secret } = (await response.json()) as Record<string, string>;
    await workspace.call(setOAuthClient, {
      provider_id,
      client_id: client_id!,
      client_secret: client_secret!,
    });
    return client_id!;
  }

  async function begin(workspace: TestWorkspace, provider: string): Promise<Connected> {
    const request = { provider, public_url: publicUrl };
    const { credential_id, auth_url } = await workspace.call(initiateOAuth, request);
    return { workspace, credentialId: credential_id, authUrl: auth_url };
  }

  async function onLoopback(workspace: TestWorkspace, provider: string, at: number): Promise<Connected> {
    const started = await workspace.call(startLoopbackOAuth, { provider, port: at });
    return { workspace, credentialId: started.credential_id, authUrl: started.auth_url };
  }

  async function exchange({ workspace, credentialId, authUrl }: Connected): Promise<void> {
    const { code = '', state = '', iss = '' } = await signIns.agree(authUrl);
    const request = { credential_id: credentialId, code, state, iss };
    expect(await workspace.call(exchangeOAuth, request)).toMatchObject({ status: 'active' });
  }

  async function providerOf({ workspace, credentialId }: Connected): Promise<string> {
    return (await workspace.credentials.get(credentialId)).provider!;
  }

  it('because Hawser is reached at another address, what was signed in for at either is renewed', async () => {
    const workspace = signIns.harness.workspace();
    const all: Connected[] = [];
    for (const url of [publicUrl, movedUrl, publicUrl]) {
      const connected = await signIns.connect(workspace, url);
      await finish(connected);
      all.push(connected);
    }
    const [first, moved, back] = all.map(({ authUrl }) => clientOf(authUrl));
    expect([moved === first, back === first]).toEqual([false, true]);
    for (let round = 0; round < 2; round += 1) {
      for (const connected of all) expect(await renewed(connected)).toBe('fresh');
    }
  });

  it('because the workspace sets others, new sign-ins begin by the last, and old ones are renewed by theirs', async () => {
    const first = await signIns.connect();
    const { workspace } = first;
    await finish(first);
    const provider = await providerOf(first);
    const all = [first];
    for (let round = 0; round < 2; round += 1) {
      const given = await giveClient(workspace, provider);
      const next = await begin(workspace, provider);
      expect(clientOf(next.authUrl)).toBe(given);
      await finish(next);
      all.push(next);
    }
    expect(new Set(all.map(({ authUrl }) => clientOf(authUrl))).size).toBe(3);
    for (let round = 0; round < 2; round += 1) {
      for (const connected of all) expect(await renewed(connected)).toBe('fresh');
    }
  });

  it('sign-ins that have begun end well, and what they got is renewed', async () => {
    const registered = await signIns.connect();
    const { workspace } = registered;
    const provider = await providerOf(registered);
    await giveClient(workspace, provider);
    const given = await begin(workspace, provider);
    await giveClient(workspace, provider);
    for (const connected of [registered, given]) {
      await finish(connected);
      expect(await renewed(connected)).toBe('fresh');
    }
  });

  it('the tokens of a deleted credential are given back by the client that got them', async () => {
    const connected = await signIns.connect();
    const { workspace, credentialId } = connected;
    await finish(connected);
    await giveClient(workspace, await providerOf(connected));
    const { value = '' } = await signIns.secretsOf(workspace.id, credentialId);
    expect(await workspace.credentials.delete(credentialId)).toEqual({ deleted: true, revoked: true });
    expect(await signIns.server.accepts(value)).toBe(false);
  });

  it('a sign-in whose client goes while it begins is refused, and nothing is made', async () => {
    const { workspace, ...connected } = await signIns.connect();
    const provider = await providerOf({ workspace, ...connected });
    await giveClient(workspace, provider);
    const endpoint = signIns.harness.get(TokenEndpoint);
    const authorizationUrl = endpoint.authorizationUrl.bind(endpoint);
    jest.spyOn(endpoint, 'authorizationUrl').mockImplementationOnce(async (...given) => {
      await workspace.call(deleteOAuthClient, { provider_id: provider });
      return authorizationUrl(...given);
    });
    const error = await refusalOf(begin(workspace, provider));
    expect(error).toMatchObject({ code: 'oauth_client_missing', details: { provider } });
    expect(await signIns.harness.rowsOf(workspace.id)).toMatchObject({ credentials: 1, oauth_flows: 1 });
  });

  it('because many first sign-ins register at once, each for another port, all of them end well', async () => {
    const { workspace, ...connected } = await signIns.connect();
    const provider = await providerOf({ workspace, ...connected });
    const ports = Array.from({ length: 8 }, (_, index) => port + index);
    const all = await Promise.all(ports.map((each) => onLoopback(workspace, provider, each)));
    expect(new Set(all.map(({ authUrl }) => clientOf(authUrl))).size).toBe(ports.length);
    for (const begun of all) await exchange(begun);
  });

  it('a sign-in that begins by one that goes at that moment is refused, or ends well', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { workspace, ...connected } = await signIns.connect();
      const provider = await providerOf({ workspace, ...connected });
      await workspace.credentials.delete(connected.credentialId);
      await signIns.harness.query(`UPDATE oauth_clients SET updated_at = now() - interval '1 hour'`);
      const another = onLoopback(workspace, provider, port);
      // As long as a registration takes: the old client goes when it is over.
      await delay(round * 2);
      const beginning = begin(workspace, provider);
      const [code = ''] = await codesOf([beginning]);
      expect(['answered', 'oauth_client_missing']).toContain(code);
      if (code === 'answered') await finish(await beginning);
      await exchange(await another);
    }
  });
});
