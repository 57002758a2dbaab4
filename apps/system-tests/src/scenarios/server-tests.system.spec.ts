import {
  closedPort,
  startEverythingServer,
  startFloodingServer,
  startHangingServer,
  startListener,
  startModernServer,
  startProtectedServer,
  startRedirectingServer,
  startSelfSignedServer,
  startSessionServer,
  startWebPage,
  type Listener,
} from '@hawser/testing';
import { eventually } from '@hawser/testing/eventually';
import { Api, type Json } from '../harness/api.js';
import { using } from '../harness/peers.js';
import { expectInvalid, expectProblem } from '../harness/problems.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';

/** The longest that a probe may take, by the API's own description. */
const answeredWithinMs = 15_000;
/** For what is clear at once: generous, for a laptop under load. */
const clearWithinMs = 8_000;

let tenant: Tenant;
/** Nothing may ever come here. */
let forbidden: Listener;
beforeAll(async () => {
  const system = await theSystem();
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
  forbidden = await using(startListener('127.0.0.2'));
});
afterAll(() => {
  expect(forbidden.connections()).toBe(0);
});

const testPath = (id: string): string => `/api/v1/integrations/${id}/test`;

/** Makes a workspace server of the fields and tries it out. */
async function tested(fields: Record<string, unknown>, withinMs = clearWithinMs): Promise<Json> {
  const id = await tenant.newServer(fields);
  const began = performance.now();
  const result = await tenant.owner.must('POST', testPath(id));
  expect(performance.now() - began).toBeLessThan(withinMs);
  return result;
}

const someText = expect.stringMatching(/./) as unknown;
const someMs = expect.any(Number) as unknown;
const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;

describe('a server that works', () => {
  const tools = [{ name: 'search', description: 'Finds things.' }, { name: 'write' }, { name: 'zap' }];
  const toolsSeen = [
    { name: 'search', description: 'Finds things.', schema_digest: sha256 },
    { name: 'write', schema_digest: sha256 },
    { name: 'zap', schema_digest: sha256 },
  ];
  const works = (fields: object): object => ({
    status: 'ok',
    message: someText,
    latency_ms: someMs,
    transport: 'streamable-http',
    capabilities: { tools: {} },
    tools_count: 3,
    tools: toolsSeen,
    ...fields,
  });

  it('of the revision 2026-07-28 is ok, with all pages of its tools', async () => {
    const { url, requests } = await using(startModernServer({ tools, pageSize: 2 }));
    expect(await tested({ endpoint: url })).toEqual(
      works({ server_info: { name: 'modern-peer', version: '1.0.0' }, protocol_version: '2026-07-28' }),
    );
    expect(requests.map(({ rpc }) => rpc)).toEqual(['server/discover', 'tools/list', 'tools/list']);
    expect(requests[0]?.headers['user-agent']).toMatch(/^hawser\//);
  });

  it('of the revision 2025-11-25 is ok, and has no session of ours left afterwards', async () => {
    const { url, openSessions, requests } = await using(startSessionServer({ tools, pageSize: 2 }));
    expect(await tested({ endpoint: url })).toEqual(
      works({ server_info: { name: 'session-peer', version: '1.0.0' }, protocol_version: '2025-11-25' }),
    );
    expect(openSessions()).toBe(0);
    expect(requests.map(({ rpc }) => rpc)).toContain('initialize');
  });

  it.each([
    ['streamableHttp', 'streamable-http'],
    ['sse', 'sse'],
  ] as const)('is ok when it is the reference server over %s', async (program, transport) => {
    const { url } = await using(startEverythingServer(program));
    expect(await tested({ endpoint: url })).toMatchObject({
      status: 'ok',
      transport,
      protocol_version: '2025-11-25',
      server_info: { name: 'mcp-servers/everything' },
      tools_count: 13,
      tools: expect.arrayContaining([expect.objectContaining({ name: 'echo' })]),
    });
  });
});

describe('a server that asks for a credential', () => {
  it('answers auth_required with where to sign in, and is ok with it', async () => {
    const server = await using(startProtectedServer({ token: 'let-me-in' }));
    expect(await tested({ endpoint: server.url })).toEqual({
      status: 'auth_required',
      message: expect.stringContaining('credential'),
      authorization: {
        scheme: 'Bearer',
        resource_metadata_url: server.resourceMetadataUrl,
        authorization_servers: [server.issuer],
        scopes: server.scopes,
      },
    });
    const headers_json = '{"Authorization":"Bearer let-me-in"}';
    expect(await tested({ endpoint: server.url, headers_json })).toMatchObject({ status: 'ok' });
  });
});

describe('a server that does not work', () => {
  it.each<[string, () => Promise<string>, string, RegExp]>([
    ['a web page', async () => (await using(startWebPage())).url, 'not_mcp', /web page.*\/mcp/],
    ['a closed port', () => closedPort(), 'connection', /refused.*running.*port/],
    [
      'a certificate that nobody vouches for',
      async () => (await using(startSelfSignedServer())).url,
      'tls',
      /certificate.*install/,
    ],
    [
      'a host that there is not',
      () => Promise.resolve('http://nobody.invalid/mcp'),
      'dns',
      /nobody.*check the name/,
    ],
    [
      'a redirect to a private address',
      async () => (await using(startRedirectingServer(forbidden.url))).url,
      'address_refused',
      /127\.0\.0\.2 is not allowed.*public/,
    ],
    [
      'an answer of 1 GB',
      async () => (await using(startFloodingServer(2 ** 30))).url,
      'too_large',
      /too long.*4/,
    ],
  ])('says why, and what to do: %s', async (_, endpointOf, reason, message) => {
    expect(await tested({ endpoint: await endpointOf() })).toEqual({
      status: 'error',
      reason,
      message: expect.stringMatching(message),
    });
  });

  it('is given up after some seconds when it hangs, wherever it does', async () => {
    const hanging = await Promise.all(
      (['headers', 'body'] as const).map((at) => using(startHangingServer(at))),
    );
    const results = await Promise.all(hanging.map(({ url }) => tested({ endpoint: url }, answeredWithinMs)));
    for (const result of results) {
      expect(result).toEqual({
        status: 'error',
        reason: 'timeout',
        message: expect.stringMatching(/ 10 s\..*try again/),
      });
    }
    for (const { openConnections } of hanging) await eventually(() => openConnections() === 0);
  });

  it('has sent little of the 1 GB by then', async () => {
    const { url, sentBytes } = await using(startFloodingServer(2 ** 30));
    await tested({ endpoint: url });
    expect(sentBytes()).toBeLessThan(64 * 2 ** 20);
  });
});

describe('an endpoint that must not be gone to', () => {
  it.each([
    ['http://127.0.0.2:8080/mcp', /127\.0\.0\.2 is not allowed: loopback/],
    ['http://[::1]:8080/mcp', /::1.* is not allowed/],
    ['http://10.1.2.3/mcp', /10\.1\.2\.3 is not allowed.*public/],
    ['http://169.254.169.254/latest/meta-data', /169\.254\.169\.254 is not allowed/],
    ['http://2130706434/mcp', /127\.0\.0\.2 is not allowed/],
    ['http://metadata.google.internal/mcp', /metadata\.google\.internal is not allowed/],
    ['http://user:hunter2@mcp.example.com/mcp', /user name or password: use/],
  ])('is refused when it is written, with the reason: %s', async (endpoint, why) => {
    const server = await tenant.newServer();
    const answers = [
      await tenant.owner.post('/api/v1/integrations', { name: 'refused', endpoint }),
      await tenant.owner.patch(`/api/v1/integrations/${server}`, { endpoint }),
      await tenant.owner.post(`/api/v1/crews/${tenant.crewId}/integrations`, { name: 'refused', endpoint }),
    ];
    for (const answer of answers) {
      expectInvalid(answer, 'endpoint');
      expect(answer.body.detail).toMatch(why);
      expect(answer.text).not.toContain('hunter2');
    }
  });
});

describe('a stdio server', () => {
  const stdio = { transport: 'stdio', endpoint: null };

  it('is never started: well-formed is ok', async () => {
    const fields = { ...stdio, command: 'npx', args_json: '["-y","@modelcontextprotocol/server-github"]' };
    expect(await tested(fields)).toEqual({ status: 'ok', transport: 'stdio', message: someText });
  });

  it('whose command is a whole line is an error that says what to do', async () => {
    expect(await tested({ ...stdio, command: 'npx -y something' })).toEqual({
      status: 'error',
      reason: 'configuration',
      transport: 'stdio',
      message: expect.stringMatching(/npx -y something.*args_json/),
    });
  });
});

describe('who may try out what', () => {
  it('members may; viewers and agents may not', async () => {
    const path = testPath(await tenant.newServer({ transport: 'stdio', endpoint: null, command: 'npx' }));
    const [member, viewer, agent] = [
      await tenant.as('MEMBER'),
      await tenant.as('VIEWER'),
      await tenant.agentApi(),
    ];
    expect((await member.post(path)).body).toMatchObject({ status: 'ok' });
    expectProblem(await viewer.post(path), 403, 'forbidden');
    expectProblem(await agent.post(path), 403, 'forbidden');
  });

  it('servers of this workspace and no other, each by the path of its own tier', async () => {
    const server = await tenant.newServer();
    const stranger = (await newTenant(tenant.owner)).owner;
    expectProblem(await stranger.post(testPath(server)), 404, 'not_found');
    expectProblem(await tenant.owner.post(testPath('srv_none')), 404, 'not_found');
    const asCrews = `/api/v1/crews/${tenant.crewId}/integrations/${server}/test`;
    expectProblem(await tenant.owner.post(asCrews), 404, 'not_found');
  });
});
