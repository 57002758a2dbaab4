import { ServiceError } from '@hawser/contracts';
import type { Access } from '@hawser/contracts/directory';
import { deleteOAuthClient, listOAuthProviders, setOAuthClient } from '@hawser/contracts/vault';
import type { LightMyRequestResponse } from 'fastify';
import { owner, testGateway, token, type TestGateway } from '../../testing/test-gateway.js';

const url = '/api/v1/oauth/providers';
const github = {
  id: 'github',
  name: 'GitHub',
  authorization_url: 'https://github.com/login/oauth/authorize',
  token_url: 'https://github.com/login/oauth/access_token',
  scopes: ['repo'],
  pkce: true,
  configured: false,
};
/** A user of the issuer, of whom no workspace was asked for. */
const inNoWorkspace: Access = {
  ...owner,
  actor: { kind: 'user', id: 'oidc:user-42', user_id: 'user-42' },
  role: null,
  workspace: null,
  agent: null,
  crew_id: null,
};

describe('the providers of OAuth over HTTP', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await testGateway();
  });
  afterEach(() => gateway.app.close());

  const send = (
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    payload?: object,
  ): Promise<LightMyRequestResponse> =>
    gateway.app.inject({
      method,
      url: url + path,
      headers: { authorization: `Bearer ${token}` },
      ...(payload === undefined ? {} : { payload }),
    });
  const asked = ({ subject }: { subject: string }): { request: unknown; headers: Record<string, string> }[] =>
    gateway.bus.asked.filter((each) => each.subject === subject);

  it('are a bare list, for a workspace or for none', async () => {
    gateway.bus.answer(listOAuthProviders, [github]);
    for (const query of ['?workspace_id=ws_1', '']) {
      const answer = await send('GET', query);
      expect([answer.statusCode, answer.json()]).toEqual([200, [github]]);
    }
    gateway.callerIs(inNoWorkspace);
    expect((await send('GET', '')).statusCode).toBe(200);
    const contexts = asked(listOAuthProviders).map(({ headers }) => headers['hawser-context']);
    expect(contexts).toEqual([
      expect.stringContaining('ws_1'),
      expect.stringContaining('ws_1'),
      expect.not.stringContaining('workspaceId'),
    ]);
  });

  it.each([
    { client_id: 'c', client_secret: 'canary-5ee1' },
    { client_id: 'c', client_secret: null },
    { client_id: 'c' },
  ])('take %j for a client', async (client) => {
    const stored = {
      provider: 'github',
      client_id: 'c',
      has_secret: true,
      updated_at: '2026-01-02T03:04:05Z',
    };
    gateway.bus.answer(setOAuthClient, stored);
    const answer = await send('PUT', '/github/client?workspace_id=ws_1', client);
    expect([answer.statusCode, answer.json()]).toEqual([200, stored]);
    expect(asked(setOAuthClient)).toMatchObject([{ request: { ...client, provider_id: 'github' } }]);
  });

  it('keep no client once it is deleted', async () => {
    gateway.bus.answer(deleteOAuthClient, { deleted: true });
    const answer = await send('DELETE', '/github/client?workspace_id=ws_1');
    expect([answer.statusCode, answer.json()]).toEqual([200, { deleted: true }]);
    expect(asked(deleteOAuthClient)).toMatchObject([{ request: { provider_id: 'github' } }]);
  });

  it('refuse a client that cannot be one, and repeat no secret', async () => {
    const secrets = [{ client_secret: 'canary-5ee1' }, { client_id: 'c', client_secret: ['canary-5ee1'] }];
    for (const body of secrets) {
      const answer = await send('PUT', '/github/client?workspace_id=ws_1', body);
      expect(answer.json()).toMatchObject({ status: 400, code: 'validation_failed' });
      expect(answer.body).not.toContain('canary');
    }
    const unnamed = await send('PUT', '/github/client', { client_id: 'c' });
    expect(unnamed.json()).toMatchObject({ status: 400, code: 'tenant_missing' });
    expect(asked(setOAuthClient)).toEqual([]);
  });

  it('are 404 where nobody knows them', async () => {
    gateway.bus.answer(setOAuthClient, ServiceError.notFound('provider', 'x'));
    const answer = await send('PUT', '/x/client?workspace_id=ws_1', { client_id: 'c' });
    expect(answer.json()).toMatchObject({ status: 404, code: 'not_found', id: 'x' });
  });
});
