import { ServiceError } from '@hawser/contracts';
import { testServer } from '@hawser/contracts/probe';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { testGateway, token, type TestGateway } from '../../testing/test-gateway.js';

const ofWorkspace = '/api/v1/integrations/srv_1/test?workspace_id=ws_1';
const ofCrew = '/api/v1/crews/crew_1/integrations/srv_2/test?workspace_id=ws_1';
const asJson = { 'content-type': 'application/json' };

describe('trying a server out', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await testGateway();
    gateway.bus.answer(testServer, { status: 'ok', message: 'found 2 tools' });
  });
  afterEach(() => gateway.app.close());

  const post = (url: string, { headers, ...options }: InjectOptions = {}): Promise<LightMyRequestResponse> =>
    gateway.app.inject({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...options,
    });
  const asked = (): unknown[] =>
    gateway.bus.asked.filter(({ subject }) => subject === testServer.subject).map(({ request }) => request);

  it.each([
    ["a workspace's", ofWorkspace, { server_id: 'srv_1' }],
    ["a crew's", ofCrew, { server_id: 'srv_2', crew_id: 'crew_1' }],
  ])('asks the probe about %s server, and answers 200 with what it found', async (_, url, request) => {
    const answer = await post(url);
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok', message: 'found 2 tools' }]);
    expect(asked()).toEqual([request]);
  });

  it.each<[string, InjectOptions]>([
    ['nothing', {}],
    ['nothing, said to be JSON', { headers: asJson }],
    ['a body of no bytes', { headers: { ...asJson, 'content-length': '0' } }],
    ['an empty object', { payload: {} }],
  ])('takes %s for a body', async (_, options) => {
    for (const url of [ofWorkspace, ofCrew]) expect((await post(url, options)).statusCode).toBe(200);
    expect(asked()).toHaveLength(2);
  });

  it.each<[string, InjectOptions, number]>([
    ['a field', { payload: { endpoint: 'http://127.0.0.1' } }, 400],
    ['a list', { payload: '[]', headers: asJson }, 400],
    ['null', { payload: 'null', headers: asJson }, 400],
    ['half an object', { payload: '{', headers: asJson }, 400],
    ['a form', { payload: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
  ])('refuses %s in the body', async (_, options, status) => {
    for (const url of [ofWorkspace, ofCrew]) expect((await post(url, options)).statusCode).toBe(status);
    expect(asked()).toEqual([]);
  });

  it('answers 404 for a server or a crew that is not there', async () => {
    gateway.bus.answer(testServer, ServiceError.notFound('server', 'srv_1'));
    expect((await post(ofWorkspace)).json()).toMatchObject({ status: 404, code: 'not_found', id: 'srv_1' });
  });

  it('says when to come back while the probe has no place free', async () => {
    gateway.bus.answer(
      testServer,
      new ServiceError('service_busy', 'all places are taken', { retry_after_seconds: 5 }),
    );
    const answer = await post(ofWorkspace);
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
  });
});
