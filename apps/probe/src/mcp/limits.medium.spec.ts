import type { ServerResponse } from 'node:http';
import { startFloodingServer, startHangingServer, startSessionServer, type Peer } from '@hawser/testing';
import { eventually } from '@hawser/testing/eventually';
import { register } from 'prom-client';
import type { ServerTest } from '@hawser/contracts/probe';
import { ProbeHarness } from '../testing/probe-harness.js';
import {
  oldServer,
  sendResult,
  startScriptedServer,
  toolsNamed,
  type Script,
  type ScriptedServer,
} from '../testing/scripted-server.js';

const mebibyte = 1024 * 1024;
const sse = { 'content-type': 'text/event-stream' };

describe('a server that would keep us', () => {
  let harness: ProbeHarness;
  let peers: Peer[];
  beforeEach(async () => {
    harness = await ProbeHarness.start();
    peers = [];
  });
  afterEach(async () => {
    await Promise.all(peers.map((peer) => peer.stop()));
    await harness.stop();
  });

  const started = async <P extends Peer>(starting: Promise<P>): Promise<P> => {
    const peer = await starting;
    peers.push(peer);
    return peer;
  };
  const scripted = (script: Script): Promise<ScriptedServer> => started(startScriptedServer(script));
  const gauge = async (name: string): Promise<number | undefined> =>
    (await register.getSingleMetric(name)?.get())?.values[0]?.value;

  it('has ten seconds, however it spends them', async () => {
    const beginning: Record<string, ScriptedServer> = {
      'within the stream': await scripted((_request, response) =>
        response.writeHead(200, sse).write(': hi\n\n'),
      ),
      'word by word': await scripted((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const trickle = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(trickle));
      }),
      'after taking the message': await scripted((_request, response) => response.writeHead(202).end()),
      'before it opens its SSE stream': await scripted(({ method }, response) => {
        if (method === 'POST') response.writeHead(405).end();
      }),
      'in its SSE stream': await scripted(({ method }, response) =>
        method === 'POST' ? response.writeHead(405).end() : response.writeHead(200, sse).write(': hi\n\n'),
      ),
      'at its list of tools': await scripted(oldServer({ toList: () => undefined })),
      'with pages without end': await scripted(
        oldServer({
          toList: (request, response) =>
            setTimeout(() => {
              const nextCursor = String(Number(request.rpc?.params?.cursor ?? 0) + 1);
              sendResult(request, response, { tools: [], nextCursor });
            }, 50),
        }),
      ),
    };
    const headers = await started(startHangingServer('headers'));
    const body = await started(startHangingServer('body'));
    const all = { ...beginning, 'before its headers': headers, 'within its body': body };
    const startedMs = Date.now();
    const tests = await Promise.all(
      Object.entries(all).map(async ([how, { url }]): Promise<[string, ServerTest, number]> => {
        const test = await harness.testAt(url);
        return [how, test, Date.now() - startedMs];
      }),
    );
    for (const [, , tookMs] of tests) {
      expect(tookMs).toBeGreaterThan(9_500);
      expect(tookMs).toBeLessThan(15_000);
    }
    expect(Object.fromEntries(tests.map(([how, { status, reason }]) => [how, [status, reason]]))).toEqual({
      'within the stream': ['error', 'timeout'],
      'word by word': ['error', 'timeout'],
      'after taking the message': ['error', 'not_mcp'],
      'before it opens its SSE stream': ['error', 'timeout'],
      'in its SSE stream': ['error', 'timeout'],
      'at its list of tools': ['ok', undefined],
      'with pages without end': ['ok', undefined],
      'before its headers': ['error', 'timeout'],
      'within its body': ['error', 'timeout'],
    });
    await eventually(() => Object.values(all).every((peer) => peer.openConnections() === 0));
  });

  it('has no more time than our caller, who must still hear of it', async () => {
    const peer = await started(startHangingServer('headers'));
    // After its deadline the caller would be told that the probe did not answer.
    const test = await harness.test({ endpoint: peer.url }, { deadlineAtMs: Date.now() + 4_500 });
    expect(test).toMatchObject({
      reason: 'timeout',
      message: expect.stringMatching(/within [1-3] s/) as string,
    });
  });

  it.each([
    ['as JSON', {}],
    ['compressed', { gzip: true }],
    ['as a stream', { contentType: 'text/event-stream' }],
  ])('is left when it sends a gigabyte %s', async (_, options) => {
    const peer = await started(startFloodingServer(1_024 * mebibyte, options));
    expect(await harness.testAt(peer.url)).toMatchObject({ status: 'error', reason: 'too_large' });
    const sent = peer.sentBytes();
    // Compressed, much has been made that nobody took.
    expect(sent).toBeLessThan(256 * mebibyte);
  });

  it('is left when its stream makes us ask more and more', async () => {
    const pings = Array.from({ length: 2_000 }, (_, id) => {
      const ping = JSON.stringify({ jsonrpc: '2.0', id: `ping-${id}`, method: 'ping' });
      return `data: ${ping}\n\n`;
    }).join('');
    const peer = await scripted(
      oldServer({
        toList: (_request, response) => response.writeHead(200, sse).end(pings),
        toUnknown: (_request, response) => response.writeHead(400).end(),
      }),
    );
    const test = await harness.testAt(peer.url);
    expect(test).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('could not be listed') as string,
    });
    expect(peer.requests.length).toBeLessThan(1_010);
  });

  it('does not keep us when it lists tools that nobody can use', async () => {
    const deep = `${'{"properties":{"a":'.repeat(20_000)}{}${'}}'.repeat(20_000)}`;
    const tools = [
      ...toolsNamed('good', '', 'n'.repeat(129), 'nul\0', 'half\ud800'),
      { name: 'long', description: 'd'.repeat(20_000), inputSchema: { type: 'object' } },
      { name: 'odd', description: 'a\0b\udc00c', inputSchema: { type: 'object' } },
    ];
    const { url } = await scripted(
      oldServer({ toList: (request, response) => sendResult(request, response, { tools }) }),
    );
    const test = await harness.testAt(url);
    expect(test.tools?.map(({ name, description }) => [name, description?.length])).toEqual([
      ['good', undefined],
      ['long', 16_384],
      ['odd', 5],
    ]);
    expect(test.tools?.[2]?.description).toBe('a\ufffdb\ufffdc');
    expect(test).toMatchObject({ tools_count: 3, message: expect.stringContaining('names: 4.') as string });

    const depths = await scripted(
      oldServer({
        toList: ({ rpc }, response) =>
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(
              `{"jsonrpc":"2.0","id":${JSON.stringify(rpc?.id)},"result":{"tools":[{"name":"deep","inputSchema":{"type":"object","x":${deep}}}]}}`,
            ),
      }),
    );
    expect(await harness.testAt(depths.url)).toMatchObject({ status: 'ok' });
  });

  it('has 5,000 tools taken, and the message says that there are more', async () => {
    const names = Array.from({ length: 5_001 }, (_, index) => `tool-${index}`);
    const { url } = await scripted(
      oldServer({
        toList: (request, response) => sendResult(request, response, { tools: toolsNamed(...names) }),
      }),
    );
    const test = await harness.testAt(url);
    expect(test).toMatchObject({
      tools_count: 5_000,
      message: expect.stringContaining('more than') as string,
    });
    expect(test.tools).toHaveLength(5_000);
  });

  it('has nothing told of itself that is larger than anybody needs', async () => {
    const big = 'x'.repeat(40_000);
    const { url } = await scripted(
      oldServer({
        serverInfo: { name: 'big', version: big },
        capabilities: { tools: {}, experimental: { a: { big } } },
      }),
    );
    const test = await harness.testAt(url);
    expect(test).toMatchObject({ status: 'ok', tools_count: 0 });
    expect(test).not.toHaveProperty('server_info');
    expect(test).not.toHaveProperty('capabilities');
  });

  it('is asked once for its SSE stream, even if it closes that in the middle and wants us back at once', async () => {
    let stream: ServerResponse | undefined;
    const peer = await scripted(({ method, path, rpc }, response) => {
      if (method === 'GET') {
        stream = response.writeHead(200, sse);
        stream.write('retry: 0\n\nevent: endpoint\ndata: /messages\n\n');
      } else if (path !== '/messages') response.writeHead(405).end();
      else if (rpc?.method === 'tools/list') stream?.end();
      else {
        response.writeHead(202).end();
        const result = {
          protocolVersion: '2024-11-05',
          capabilities: { tools: {} },
          serverInfo: { name: 'x', version: '1' },
        };
        if (rpc?.id !== undefined)
          stream?.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: rpc.id, result })}\n\n`);
      }
    });
    expect(await harness.testAt(peer.url)).toMatchObject({
      status: 'ok',
      transport: 'sse',
      message: expect.stringContaining('closed the stream') as string,
    });
    expect(peer.requests.filter(({ method }) => method === 'GET')).toHaveLength(1);
    await eventually(() => peer.openConnections() === 0);
  });

  it('has nothing of us left open, and we have nothing left either, after many tests', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const old = await scripted(oldServer());
    const session = await started(startSessionServer());
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => harness.testAt(index % 2 === 0 ? old.url : session.url)),
    );
    expect(session.openSessions()).toBe(0);
    await eventually(() => old.openConnections() === 0);
    await eventually(() => timers() <= before);
  });

  it('is left at once by a caller who leaves, and its session is ended', async () => {
    const caller = new AbortController();
    const { signal } = caller;
    const hanging = await started(startHangingServer('body'));
    const slow = await started(startSessionServer({ delayMs: 150 }));
    const tests = Promise.allSettled([
      harness.test({ endpoint: hanging.url }, { signal }),
      harness.test({ endpoint: slow.url }, { signal }),
    ]);
    await eventually(() => hanging.openConnections() > 0);
    await eventually(() => slow.requests.some(({ rpc }) => rpc === 'tools/list'));
    caller.abort();
    await eventually(() => hanging.openConnections() === 0, 5_000);
    await eventually(() => slow.openSessions() === 0, 5_000);
    expect(await tests).toMatchObject([
      { status: 'rejected', reason: { code: 'cancelled' } },
      { status: 'rejected', reason: { code: 'cancelled' } },
    ]);
    await eventually(async () => (await gauge('hawser_probe_in_flight')) === 0);
  });

  it('keeps at most so many of us, as many wait, and the rest are told to come later', async () => {
    const [running, waiting, more] = [8, 16, 5];
    const small = await ProbeHarness.start({ running, waiting, waitMs: 2_000 });
    const peer = await started(startHangingServer('headers'));
    const caller = new AbortController();
    const { signal } = caller;
    const tests = Array.from({ length: running + waiting + more }, () =>
      small.test({ endpoint: peer.url }, { signal }).catch((error: unknown) => error),
    );
    const busy = { code: 'service_busy', details: { retry_after_seconds: 5 } };
    expect(await Promise.all(tests.slice(running + waiting))).toMatchObject(Array(more).fill(busy));
    expect(await gauge('hawser_probe_in_flight')).toBe(running);
    expect(await gauge('hawser_probe_waiting')).toBe(waiting);
    await eventually(() => peer.openConnections() === running);
    // Those who wait are told so after a while, when the others are still on their way.
    const waited = await Promise.all(tests.slice(running, running + waiting));
    expect(waited).toMatchObject(Array(waiting).fill(busy));
    expect(peer.openConnections()).toBe(running);
    expect(await gauge('hawser_probe_waiting')).toBe(0);
    caller.abort();
    await Promise.all(tests);
    await eventually(() => peer.openConnections() === 0);
    await eventually(async () => (await gauge('hawser_probe_in_flight')) === 0);
    await small.stop();
  });
});
