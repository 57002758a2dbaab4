import { once } from 'node:events';
import { get } from 'node:https';
import { connect } from 'node:net';
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
  startSignedServer,
  startWebPage,
  testAuthority,
  type Peer,
} from '../index.js';

const peers: Peer[] = [];

async function using<P extends Peer>(starting: Promise<P>): Promise<P> {
  const peer = await starting;
  peers.push(peer);
  return peer;
}

interface Message {
  id?: number;
  method: string;
  params?: Record<string, unknown>;
}

function post(url: string, message: Message, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });
}

/** A request of revision 2026-07-28. */
function ask(
  url: string,
  method: string,
  params: object = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'spec', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return post(
    url,
    { id: 1, method, params: { ...params, _meta: meta } },
    { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...headers },
  );
}

const initialize: Message = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'spec', version: '1' } },
};

/** The JSON-RPC message in an answer, which may be an event stream that ends after it. */
async function messageIn(
  response: Response,
): Promise<{ result: Record<string, never>; error: { code: number } }> {
  const text = await response.text();
  const data = /^data: (\{.*)$/m.exec(text)?.[1] ?? text;
  return JSON.parse(data) as never;
}

describe('the peers of tests', () => {
  afterEach(async () => {
    await Promise.all(peers.splice(0).map((peer) => peer.stop()));
  });

  it('have a server of 2026-07-28 that knows no other revision and whose tools come in pages and change', async () => {
    const tools = ['a', 'b', 'c'].map((name) => ({ name }));
    const server = await using(startModernServer({ tools, pageSize: 2 }));
    const discovered = await messageIn(await ask(server.url, 'server/discover'));
    expect(discovered.result).toMatchObject({ supportedVersions: ['2026-07-28'] });
    const first = await messageIn(await ask(server.url, 'tools/list'));
    expect(first.result).toMatchObject({ tools: [{ name: 'a' }, { name: 'b' }], nextCursor: '2' });
    const second = await messageIn(await ask(server.url, 'tools/list', { cursor: '2' }));
    expect(second.result).toMatchObject({ tools: [{ name: 'c' }] });
    expect(second.result).not.toHaveProperty('nextCursor');

    server.setTools([{ name: 'd', inputSchema: { required: ['x'] } }]);
    const changed = await messageIn(await ask(server.url, 'tools/list'));
    expect(changed.result.tools).toEqual([{ name: 'd', inputSchema: { type: 'object', required: ['x'] } }]);
    const legacy = await post(server.url, initialize);
    expect([legacy.status, (await messageIn(legacy)).error.code]).toEqual([400, -32_022]);
    expect(server.requests.map(({ method, url, rpc }) => [method, url, rpc])).toEqual([
      ['POST', server.url, 'server/discover'],
      ...Array<string[]>(3).fill(['POST', server.url, 'tools/list']),
      ['POST', server.url, 'initialize'],
    ]);
  });

  it('have a server of 2025-11-25 that keeps sessions until they are ended', async () => {
    const server = await using(startSessionServer());
    expect((await ask(server.url, 'server/discover')).status).toBe(400);
    const opened = await post(server.url, initialize);
    expect((await messageIn(opened)).result).toMatchObject({ protocolVersion: '2025-11-25' });
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
    expect(server.openSessions()).toBe(1);
    const list = { id: 2, method: 'tools/list' };
    expect((await messageIn(await post(server.url, list, session))).result.tools).toHaveLength(1);

    const ended = await fetch(server.url, { method: 'DELETE', headers: session });
    expect([ended.status, server.openSessions()]).toEqual([200, 0]);
    expect((await post(server.url, list, session)).status).toBe(404);
  });

  it('have the reference server, over both of its transports, on loopback only', async () => {
    const [streamable, sse] = await Promise.all([
      using(startEverythingServer('streamableHttp')),
      using(startEverythingServer('sse')),
    ]);
    const elsewhere = streamable.url.replace('127.0.0.1', '127.0.0.2');
    await expect(fetch(elsewhere)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    const opened = await messageIn(await post(streamable.url, initialize));
    expect(opened.result).toMatchObject({ serverInfo: { name: 'mcp-servers/everything' } });
    const stream = await fetch(sse.url, { headers: { accept: 'text/event-stream' } });
    const { value } = (await stream.body?.getReader().read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toMatch(/^event: endpoint\ndata: \/message\?sessionId=/);
  }, 90_000);

  it('have a protected server that says where to sign in and lets in who did', async () => {
    const server = await using(startProtectedServer({ token: 'let-me-in', issuerPath: '/tenant' }));
    const refused = await ask(server.url, 'server/discover');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer resource_metadata="${server.resourceMetadataUrl}", scope="mcp:read mcp:tools"`,
    ]);
    const resource = (await (await fetch(server.resourceMetadataUrl)).json()) as object;
    expect(resource).toMatchObject({ resource: server.url, authorization_servers: [server.issuer] });
    const issuerAt = new URL('/.well-known/oauth-authorization-server/tenant', server.issuer);
    expect(await (await fetch(issuerAt)).json()).toMatchObject({
      issuer: server.issuer,
      code_challenge_methods_supported: ['S256'],
    });
    const authorization = { authorization: 'Bearer let-me-in' };
    expect((await ask(server.url, 'tools/list', {}, authorization)).status).toBe(200);
  });

  it.each(['headers', 'body'] as const)('have a server that hangs before the end of its %s', async (at) => {
    const server = await using(startHangingServer(at));
    const leave = new AbortController();
    const answer = fetch(server.url, { signal: leave.signal }).then((response) => response.text());
    const hanging = answer.catch((error: Error) => error.name);
    while (server.openConnections() === 0) await new Promise(setImmediate);
    leave.abort();
    expect(await hanging).toBe('AbortError');
    while (server.openConnections() > 0) await new Promise(setImmediate);
  });

  it.each([{}, { gzip: true }])('have a server that floods, %j, as far as it is listened to', async (how) => {
    const bytes = 3_000_001;
    const server = await using(startFloodingServer(bytes, how));
    expect((await (await fetch(server.url)).arrayBuffer()).byteLength).toBe(bytes);
    expect(server.sentBytes()).toBe(bytes);

    const endless = await using(startFloodingServer(2 ** 40, how));
    const reader = (await fetch(endless.url)).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(endless.sentBytes()).toBeLessThan(2 ** 30);
  });

  it('have a redirect, a web page, a port where nothing listens and one that counts who comes', async () => {
    const page = await using(startWebPage());
    const redirect = await using(startRedirectingServer(page.url));
    const followed = await fetch(redirect.url);
    expect([followed.url, followed.headers.get('content-type')]).toEqual([
      page.url,
      'text/html; charset=utf-8',
    ]);
    await expect(fetch(await closedPort())).rejects.toThrow('fetch failed');

    const listener = await using(startListener('127.0.0.2'));
    expect([new URL(listener.url).hostname, listener.connections()]).toEqual(['127.0.0.2', 0]);
    await once(
      connect(listener.port, '127.0.0.2').on('error', () => undefined),
      'connect',
    );
    while (listener.connections() === 0) await new Promise(setImmediate);
    expect(listener.connections()).toBe(1);
  });

  it('have servers of https, of which the test authority vouches for one', async () => {
    const [signed, selfSigned] = await Promise.all([
      using(startSignedServer()),
      using(startSelfSignedServer()),
    ]);
    const statusOf = (url: string): Promise<unknown> =>
      new Promise((settle) => {
        get(url, { ca: testAuthority }, (response) => settle(response.resume().statusCode)).on(
          'error',
          (error) => settle((error as NodeJS.ErrnoException).code),
        );
      });
    expect([await statusOf(signed.url), await statusOf(selfSigned.url)]).toEqual([
      405,
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ]);
  });
});
