import { ServiceError } from '@hawser/contracts';
import { completeOAuth, type CompletedOAuth } from '@hawser/contracts/vault';
import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import { testGateway, type TestGateway } from '../../testing/test-gateway.js';
import { callbackHeaders } from './callback-page.js';

const url = '/api/v1/oauth/callback';
const connected: CompletedOAuth = {
  outcome: 'connected',
  provider: 'GitHub',
  credential: 'github',
  credential_id: 'cred_1',
  return_to: null,
};

describe('the callback', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await testGateway();
    gateway.bus.answer(completeOAuth, connected);
  });
  afterEach(() => gateway.app.close());

  const get = (query: string): Promise<LightMyRequestResponse> => gateway.app.inject(url + query);
  const becomes = (completed: Partial<CompletedOAuth> | Error): void =>
    gateway.bus.answer(
      completeOAuth,
      completed instanceof Error ? completed : { ...connected, ...completed },
    );
  const asked = (): unknown[] => gateway.bus.asked.map(({ request }) => request);

  it('asks for no token and no workspace, and tells the vault what came', async () => {
    const answer = await get('?code=c&state=s&iss=https%3A%2F%2Fid.example.com&scope=repo&workspace_id=ws_9');
    expect(answer.statusCode).toBe(200);
    expect(gateway.bus.asked).toMatchObject([
      { subject: completeOAuth.subject, request: { code: 'c', state: 's', iss: 'https://id.example.com' } },
    ]);
    const context = JSON.parse(gateway.bus.asked[0]?.headers['hawser-context'] ?? '') as object;
    expect(context).toMatchObject({ actor: { kind: 'system', id: 'oauth-callback' } });
    expect(context).not.toHaveProperty('workspaceId');
  });

  it.each([
    ['connected', 200],
    ['declined', 400],
    ['issuer_mismatch', 400],
    ['exchange_failed', 502],
  ] as const)('answers a page that may do nothing: %s', async (outcome, status) => {
    becomes({ outcome });
    const answer = await get('?state=s');
    expect(answer.statusCode).toBe(status);
    expect(answer.headers).toMatchObject({ ...callbackHeaders, 'content-type': 'text/html; charset=utf-8' });
    expect(answer.body).toContain('GitHub');
  });

  it('repeats nothing of what the browser brought', async () => {
    const canaries =
      'code=canary1&state=canary2&error=canary3&error_description=canary4&iss=canary5&x=canary6';
    for (const outcome of ['connected', 'provider_error', 'state_unknown', 'issuer_mismatch'] as const) {
      becomes({ outcome });
      const answer = await get(`?${canaries}`);
      expect(answer.body + JSON.stringify(answer.headers)).not.toContain('canary');
    }
  });

  it('shows names of the vault as text', async () => {
    becomes({ provider: '<script>1</script>', credential: '"><img src=x>' });
    const { body } = await get('?state=s');
    expect(body).not.toMatch(/<script|<img/);
    expect(body).toContain('&lt;script&gt;1&lt;/script&gt;');
  });

  it('sends the browser on to where the sign-in was begun, with what became of it', async () => {
    becomes({ return_to: 'https://app.example.com/done?tab=2' });
    const good = await get('?code=canary&state=canary');
    expect([good.statusCode, good.headers.location, good.body]).toEqual([
      302,
      'https://app.example.com/done?tab=2&status=connected&credential_id=cred_1',
      '',
    ]);
    expect(good.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    becomes({ return_to: 'https://app.example.com/done', outcome: 'exchange_failed' });
    expect((await get('?code=canary&state=canary')).headers.location).toBe(
      'https://app.example.com/done?status=failed&credential_id=cred_1&error=exchange_failed',
    );
  });

  it.each([
    ['', {}],
    ['?', {}],
    ['?state=a&state=b&code=c', {}],
    ['?state=s&code=c&code=d', { state: 's' }],
    ['?state[]=a&state[x]=b', {}],
    ['?state=s&code=%', { state: 's', code: '%' }],
    ['?state=%00&code=c', {}],
    ['?state=%ff%fe', null],
    [`?state=${'x'.repeat(9_000)}&code=c`, {}],
    ['?__proto__=x&constructor=y&toString=z&state=s', { state: 's' }],
    ['?state=s&state', {}],
    ['?' + 'state=s&'.repeat(1_000), {}],
  ])('takes any query there may be: %.40s', async (query, request) => {
    const answer = await get(query);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    if (request !== null) expect(asked()).toEqual([request]);
  });

  it.each([
    [new ServiceError('service_timeout', 'late'), 504, 'Perhaps not connected'],
    [new ServiceError('validation_failed', 'canary', { value: 'canary' }), 400, 'Perhaps not connected'],
    [new Error('canary'), 500, 'Perhaps not connected'],
  ])('answers a page without a reason of its own where the vault fails: %s', async (error, status, title) => {
    const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    becomes(error);
    const answer = await get('?code=c&state=s');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
    expect(answer.body).toContain(title);
    expect(answer.body).toContain(String(answer.headers['x-request-id']));
    expect(answer.body).not.toMatch(/canary|\bat .*\.ts/);
    log.mockRestore();
  });

  it('answers a page with 503 while the vault is away', async () => {
    await gateway.app.close();
    gateway = await testGateway();
    const answer = await get('?code=c&state=s');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
    expect(answer.body).toContain('Load this page again');
    expect(answer.headers).toMatchObject(callbackHeaders);
  });

  it('uses nothing up for whoever only looks at the link', async () => {
    const answer = await gateway.app.inject({ method: 'HEAD', url: `${url}?code=c&state=s` });
    expect([answer.statusCode, answer.body, asked()]).toEqual([200, '', []]);
  });
});
