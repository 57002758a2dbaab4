import {
  closedPort,
  startRedirectingServer,
  startSelfSignedServer,
  startWebPage,
  type Peer,
} from '@hawser/testing';
import { ProbeHarness } from '../testing/probe-harness.js';
import {
  always,
  oldServer,
  sendJson,
  sendResult,
  startScriptedServer,
  type Script,
} from '../testing/scripted-server.js';

const json = { 'content-type': 'application/json' };
const sse = { 'content-type': 'text/event-stream' };

describe('a server that fails', () => {
  let harness: ProbeHarness;
  let peers: Peer[];
  beforeAll(async () => {
    harness = await ProbeHarness.start();
  });
  beforeEach(() => {
    peers = [];
  });
  afterEach(() => Promise.all(peers.map((peer) => peer.stop())));
  afterAll(() => harness.stop());

  const started = async (starting: Promise<Peer>): Promise<Peer> => {
    const peer = await starting;
    peers.push(peer);
    return peer;
  };
  const scripted = (script: Script): Promise<Peer> => started(startScriptedServer(script));

  it.each<[string, () => Promise<string>, string, string]>([
    ['listens nowhere', closedPort, 'connection', 'refused'],
    ['has an unknown name', () => Promise.resolve('http://x.invalid/mcp'), 'dns', 'name'],
    ['is at a closed address', () => Promise.resolve('http://127.0.0.2/mcp'), 'address_refused', '127.0.0.2'],
    ['is at a private address', () => Promise.resolve('http://10.0.0.1/mcp'), 'address_refused', '10.0.0.1'],
    [
      'is the metadata service',
      () => Promise.resolve('http://169.254.169.254/'),
      'address_refused',
      '169.254',
    ],
  ])('because it %s is told so', async (_, urlOf, reason, words) => {
    expect(await harness.testAt(await urlOf())).toEqual({
      status: 'error',
      reason,
      message: expect.stringContaining(words) as string,
    });
  });

  it('because nobody vouches for its certificate is told so', async () => {
    const { url } = await started(startSelfSignedServer());
    expect(await harness.testAt(url)).toMatchObject({ status: 'error', reason: 'tls' });
  });

  it.each(['http://127.0.0.2/mcp', 'http://10.0.0.1/mcp', 'http://localhost.localdomain.internal/'])(
    'because it redirects to %s is told so',
    async (to) => {
      const { url } = await started(startRedirectingServer(to));
      expect(await harness.testAt(url)).toMatchObject({ status: 'error', reason: 'address_refused' });
    },
  );

  it('because it redirects for ever is told so', async () => {
    const { url } = await scripted((_request, response) =>
      response.writeHead(307, { location: '/mcp?again' }).end(),
    );
    expect(await harness.testAt(url)).toMatchObject({ status: 'error', reason: 'redirect' });
  });

  it('because it is a web page, also behind a redirect, is told so', async () => {
    const page = await started(startWebPage());
    const wanted = {
      status: 'error',
      reason: 'not_mcp',
      message: expect.stringContaining('web page') as string,
    };
    expect(await harness.testAt(page.url)).toEqual(wanted);
    const away = await started(startRedirectingServer(`${page.url}?token=secret`, 302));
    const test = await harness.testAt(away.url);
    expect(test).toEqual(wanted);
    expect(test.message).toContain(`The endpoint redirects to ${page.url}.`);
  });

  it.each<[number, Record<string, string>, string]>([
    [400, {}, 'check that the endpoint'],
    [404, {}, 'usually /mcp'],
    [405, {}, 'usually /mcp'],
    [418, {}, 'check the endpoint'],
    [429, { 'retry-after': '17' }, 'in 17 s'],
    [500, {}, 'log'],
    [503, {}, 'try again later'],
  ])('with HTTP %i is told so', async (status, headers, words) => {
    const { url } = await scripted(always(status, headers));
    const { message, ...test } = await harness.testAt(url);
    expect(test).toEqual({ status: 'error', reason: 'http_status' });
    expect(message).toContain(`HTTP ${status}`);
    expect(message).toContain(words);
  });

  it.each<[string, Script]>([
    ['JSON that is no JSON-RPC', always(200, json, '{"hello":"world"}')],
    ['half of a JSON', always(200, json, '{"jsonrpc":')],
    ['plain text', always(200, { 'content-type': 'text/plain' }, 'OK')],
    ['nothing', always(200, {})],
    ['no content', always(204, {})],
    [
      'an initialize result that is none',
      (request, response) =>
        request.rpc?.method === 'initialize'
          ? sendResult(request, response, { hello: 'world' })
          : response.writeHead(400).end(),
    ],
    [
      'a revision that nobody knows',
      (request, response) =>
        request.rpc?.method === 'initialize'
          ? sendResult(request, response, {
              protocolVersion: '1999-01-01',
              capabilities: {},
              serverInfo: { name: 'x', version: '1' },
            })
          : response.writeHead(400).end(),
    ],
    [
      'an error to everything',
      ({ rpc }, response) =>
        sendJson(response, { jsonrpc: '2.0', id: rpc?.id, error: { code: -32_603, message: 'Broken' } }),
    ],
  ])('because it answers %s is told so', async (_, script) => {
    const { url } = await scripted(script);
    expect(await harness.testAt(url)).toEqual({
      status: 'error',
      reason: 'not_mcp',
      message: expect.any(String) as string,
    });
  });

  it('only over SSE is told what failed there', async () => {
    const { url } = await scripted(({ method }, response) =>
      method === 'GET' ? response.writeHead(200, sse).end() : response.writeHead(405).end(),
    );
    expect(await harness.testAt(url)).toMatchObject({
      reason: 'connection',
      message: expect.stringContaining('closed the stream') as string,
    });
  });

  it('never has its long answers, our headers or our query repeated', async () => {
    const { url } = await scripted(({ headers }, response) =>
      response
        .writeHead(418, { 'content-type': 'text/plain' })
        .end(`no ${headers.authorization} k3y-in-query ${'x'.repeat(100_000)}`),
    );
    const { message = '' } = await harness.testAt(`${url}?key=k3y-in-query`, {
      authorization: 'Bearer t0k3n',
    });
    expect(message).toContain('It said: "no … … xxx');
    expect(message).not.toMatch(/t0k3n|k3y-in-query/);
    expect(message.length).toBeLessThan(400);
  });

  it('to list its tools works, and the message says what failed', async () => {
    const { url } = await scripted(oldServer({ toList: always(500, json, '{"oops":1}') }));
    const test = await harness.testAt(url);
    expect(test).toMatchObject({ status: 'ok', server_info: { name: 'old' } });
    expect(test.message).toMatch(
      /could not be listed\. The server answered HTTP 500\..*It said: "\{"oops":1\}"$/,
    );
    expect(test).not.toHaveProperty('tools_count');
    expect(test).not.toHaveProperty('tools');
  });

  it('to end its list works, and the message says so', async () => {
    const { url } = await scripted(
      oldServer({
        toList: (request, response) => sendResult(request, response, { tools: [], nextCursor: 'again' }),
      }),
    );
    const test = await harness.testAt(url);
    expect(test).toMatchObject({ status: 'ok', message: expect.stringContaining('never ends') as string });
    expect(test).not.toHaveProperty('tools_count');
  });
});
