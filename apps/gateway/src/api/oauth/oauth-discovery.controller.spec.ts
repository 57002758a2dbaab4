import { ServiceError } from '@hawser/contracts';
import type { Access } from '@hawser/contracts/directory';
import { discoverOAuth } from '@hawser/contracts/probe';
import type { LightMyRequestResponse } from 'fastify';
import { owner, testGateway, token, type TestGateway } from '../../testing/test-gateway.js';

const url = '/api/v1/oauth/discover';
const body = { mcp_url: 'https://mcp.example.com/mcp' };
const found = { auth_url: 'https://id.example.com/authorize', token_url: 'https://id.example.com/token' };
/** A user of the issuer, of whom no workspace was asked for. */
const inNoWorkspace: Access = {
  ...owner,
  actor: { kind: 'user', id: 'oidc:user-42', user_id: 'user-42' },
  role: null,
  workspace: null,
  agent: null,
  crew_id: null,
};

describe('finding out where to sign in', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await testGateway();
    gateway.bus.answer(discoverOAuth, found);
  });
  afterEach(() => gateway.app.close());

  const post = (payload: object, query = ''): Promise<LightMyRequestResponse> =>
    gateway.app.inject({
      method: 'POST',
      url: url + query,
      payload,
      headers: { authorization: `Bearer ${token}` },
    });
  const asked = (): { request: unknown; headers: Record<string, string> }[] =>
    gateway.bus.asked.filter(({ subject }) => subject === discoverOAuth.subject);

  it('asks the probe, whichever workspace is named or none, and answers 200', async () => {
    for (const query of ['', '?workspace_id=ws_1']) {
      const answer = await post(body, query);
      expect([answer.statusCode, answer.json()]).toEqual([200, found]);
    }
    expect(asked()).toMatchObject([{ request: body }, { request: body }]);
  });

  it('is for users who are in no workspace, too', async () => {
    gateway.callerIs(inNoWorkspace);
    expect((await post(body)).statusCode).toBe(200);
    expect(asked()).toMatchObject([
      { request: body, headers: { 'hawser-context': expect.not.stringContaining('workspaceId') as string } },
    ]);
  });

  it('is not for a VIEWER of the workspace that is meant', async () => {
    gateway.callerIs({ ...owner, role: 'VIEWER' });
    expect((await post(body)).json()).toMatchObject({ status: 403, code: 'forbidden', role: 'VIEWER' });
    expect(asked()).toEqual([]);
  });

  it.each<object>([{}, { mcp_url: 'ftp://mcp.example.com' }, { mcp_url: '' }, { ...body, provider: 'x' }])(
    'refuses %j',
    async (payload) => {
      expect((await post(payload)).json()).toMatchObject({ status: 400, code: 'validation_failed' });
      expect(asked()).toEqual([]);
    },
  );

  it('answers 404 with the steps that were tried where nothing is found', async () => {
    const steps = [
      {
        step: 'the server itself',
        url: body.mcp_url,
        outcome: 'answered 200 without being asked to sign in',
      },
    ];
    gateway.bus.answer(discoverOAuth, new ServiceError('oauth_not_found', 'nothing was found', { steps }));
    expect((await post(body)).json()).toMatchObject({
      status: 404,
      code: 'oauth_not_found',
      detail: 'nothing was found',
      steps,
    });
  });
});
