import { ServiceError } from '@hawser/contracts';
import { refreshTools } from '@hawser/contracts/bindings';
import { refreshToolsFromServer } from '@hawser/contracts/probe';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { testGateway, token, type TestGateway } from '../../testing/test-gateway.js';

const url = '/api/v1/crews/crew_1/integrations/srv_1/tools/refresh?workspace_id=ws_1';
const server = { crew_id: 'crew_1', server_id: 'srv_1' };
const tools = [{ name: 'search', description: null, schema_digest: 'a'.repeat(64) }];
const recorded = { created: 1, updated: 0, total: 1 };
const asJson = { 'content-type': 'application/json' };

describe('recording the tools of a server', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await testGateway();
    for (const contract of [refreshTools, refreshToolsFromServer]) gateway.bus.answer(contract, recorded);
  });
  afterEach(() => gateway.app.close());

  const post = (
    query: string,
    { headers, ...options }: InjectOptions = {},
  ): Promise<LightMyRequestResponse> =>
    gateway.app.inject({
      method: 'POST',
      url: url + query,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...options,
    });
  /** Without the call that authorises. */
  const asked = (): unknown[] => gateway.bus.asked.slice(1).map(({ subject, request }) => [subject, request]);

  it.each(['', '&probe=false'])(
    'records those that are sent, and asks nobody for them: %j',
    async (query) => {
      const answer = await post(query, { payload: { tools } });
      expect([answer.statusCode, answer.json()]).toEqual([200, recorded]);
      expect(asked()).toEqual([[refreshTools.subject, { ...server, tools }]]);
    },
  );

  it('takes an empty list for one that was sent', async () => {
    expect((await post('', { payload: { tools: [] } })).statusCode).toBe(200);
    expect(asked()).toEqual([[refreshTools.subject, { ...server, tools: [] }]]);
  });

  it.each<[string, InjectOptions]>([
    ['nothing', {}],
    ['nothing, said to be JSON', { headers: asJson }],
    ['an empty object', { payload: {} }],
  ])('has the server asked for them with probe=true and %s for a body', async (_, options) => {
    const answer = await post('&probe=true', options);
    expect([answer.statusCode, answer.json()]).toEqual([200, recorded]);
    expect(asked()).toEqual([[refreshToolsFromServer.subject, server]]);
  });

  it.each<[string, string, InjectOptions, string, RegExp]>([
    ['both', '&probe=true', { payload: { tools } }, 'tools', /left out with probe=true.*one of the two/],
    ['both, one of them empty', '&probe=true', { payload: { tools: [] } }, 'tools', /one of the two/],
    ['neither', '', { payload: {} }, 'tools', /must be a list.*probe=true/],
    ['neither, nor a body', '', {}, 'tools', /must be a list.*probe=true/],
    ['neither, in so many words', '&probe=false', {}, 'tools', /must be a list.*probe=true/],
    ['null for tools', '', { payload: { tools: null } }, 'tools', /must be a list/],
    ['null for tools, and to ask', '&probe=true', { payload: { tools: null } }, 'tools', /must be a list/],
    ['a word that is no flag', '&probe=yes', {}, 'probe', /true or false/],
    ['an unknown field', '&probe=true', { payload: { endpoint: 'x' } }, 'endpoint', /./],
    ['a tool without a name', '', { payload: { tools: [{}] } }, 'tools.0.name', /./],
  ])('refuses %s with 400 that says what to send', async (_, query, options, field, detail) => {
    const answer = await post(query, options);
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'validation_failed',
      detail: expect.stringMatching(detail),
      errors: [{ field }],
    });
    expect(asked()).toEqual([]);
  });

  it('answers 502 with what was found where the server cannot be used', async () => {
    const authorization = { scheme: 'Bearer', authorization_servers: ['https://id.example.com'], scopes: [] };
    gateway.bus.answer(
      refreshToolsFromServer,
      new ServiceError('upstream_failed', 'the server asks for a credential', { authorization }),
    );
    const answer = await post('&probe=true');
    expect(answer.json()).toMatchObject({
      status: 502,
      title: 'Bad Gateway',
      code: 'upstream_failed',
      detail: 'the server asks for a credential',
      authorization,
    });
  });
});
