import { ServiceError, type AnyRpc } from '@hawser/contracts';
import { autoConnect, exchangeOAuth, initiateOAuth, startLoopbackOAuth } from '@hawser/contracts/vault';
import type { LightMyRequestResponse } from 'fastify';
import { publicUrl, testGateway, token, type TestGateway } from '../../testing/test-gateway.js';

const initiation = {
  provider: 'github',
  name: 'mine',
  scopes: ['repo'],
  return_to: 'https://app.example.com',
};
const loopback = { credential_id: 'cred_1', port: 8400 };
const exchange = { credential_id: 'cred_1', code: 'canary-code', state: 'canary-state', redirect_uri: null };
const connection = {
  mcp_url: 'https://mcp.example.com/mcp',
  server_name: 'example',
  provider_hint: 'github',
};
const started = {
  auth_url: 'https://github.com/login/oauth/authorize?state=s',
  state: 's',
  credential_id: 'cred_1',
  expires_at: '2026-01-02T03:04:05.000Z',
};

interface Step {
  path: string;
  contract: AnyRpc;
  body: object;
  asks: object;
  answer: object;
}

/** What each route passes on. */
const steps: Step[] = [
  {
    path: 'initiate',
    contract: initiateOAuth,
    body: initiation,
    asks: { ...initiation, public_url: publicUrl },
    answer: started,
  },
  {
    path: 'loopback',
    contract: startLoopbackOAuth,
    body: loopback,
    asks: loopback,
    answer: { ...started, redirect_uri: 'http://127.0.0.1:8400/' },
  },
  {
    path: 'exchange',
    contract: exchangeOAuth,
    body: exchange,
    asks: exchange,
    answer: { status: 'active', credential_id: 'cred_1' },
  },
  {
    path: 'auto-connect',
    contract: autoConnect,
    body: connection,
    asks: { ...connection, public_url: publicUrl },
    answer: {
      status: 'authorize',
      auth_url: started.auth_url,
      credential_id: 'cred_1',
      integration_id: 'srv_1',
    },
  },
];

describe('signing in over HTTP', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await testGateway();
  });
  afterEach(() => gateway.app.close());

  const post = (path: string, payload: object): Promise<LightMyRequestResponse> =>
    gateway.app.inject({
      method: 'POST',
      url: `/api/v1/oauth/${path}?workspace_id=ws_1`,
      headers: { authorization: `Bearer ${token}` },
      payload,
    });
  const asked = ({ subject }: { subject: string }): unknown[] =>
    gateway.bus.asked.filter((each) => each.subject === subject).map(({ request }) => request);

  it.each(steps)(
    'passes $path on to the vault, and answers 200',
    async ({ path, contract, body, asks, answer }) => {
      gateway.bus.answer(contract, answer);
      const got = await post(path, body);
      expect([got.statusCode, got.json()]).toEqual([200, answer]);
      expect(asked(contract)).toEqual([asks]);
    },
  );

  it.each(steps)(
    'lets no caller of $path say where the gateway is',
    async ({ path, contract, body, answer }) => {
      gateway.bus.answer(contract, answer);
      const got = await post(path, { ...body, public_url: 'https://evil.example' });
      expect(got.json()).toMatchObject({
        status: 400,
        code: 'validation_failed',
        errors: [{ field: 'public_url' }],
      });
      expect(asked(contract)).toEqual([]);
    },
  );

  it.each(steps)('answers 503 to $path while the vault is away', async ({ path, body }) => {
    expect((await post(path, body)).json()).toMatchObject({
      status: 503,
      code: 'secret_encryption_unavailable',
    });
  });

  it('says what the vault refuses, each with its own status', async () => {
    gateway.bus.answer(initiateOAuth, new ServiceError('oauth_client_missing', 'no client of github is set'));
    expect((await post('initiate', initiation)).json()).toMatchObject({
      status: 409,
      code: 'oauth_client_missing',
    });
    gateway.bus.answer(exchangeOAuth, new ServiceError('oauth_state_invalid', 'the state was used before'));
    expect((await post('exchange', exchange)).json()).toMatchObject({
      status: 400,
      code: 'oauth_state_invalid',
    });
  });

  it('repeats neither a code nor a state that it refuses', async () => {
    for (const wrong of [
      { ...exchange, code: ['canary-code'] },
      { ...exchange, credential_id: '' },
    ]) {
      const got = await post('exchange', wrong);
      expect(got.statusCode).toBe(400);
      expect(got.body).not.toContain('canary');
    }
  });
});
