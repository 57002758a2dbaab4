import { startModernServer, type Peer } from '@hawser/testing';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ServerTest } from '@hawser/contracts/probe';
import { eventually } from '@hawser/testing/eventually';
import { ProbeHarness } from '../testing/probe-harness.js';
import {
  oldServer,
  sendResult,
  startScriptedServer,
  type Script,
  type ScriptedServer,
} from '../testing/scripted-server.js';

const mebibyte = 1024 * 1024;
const json = { 'content-type': 'application/json' };
const sse = { 'content-type': 'text/event-stream' };
/** The client alone would take some 10 s for each of these, and more on a machine that is slow. */
const longestBlockMs = 5_000;

describe('a server whose messages are dear to read', () => {
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

  const scripted = async (script: Script): Promise<ScriptedServer> => {
    const peer = await startScriptedServer(script);
    peers.push(peer);
    return peer;
  };
  /** As much as it may send, of the same again and again. */
  const many = (unit: string): string =>
    Array(Math.floor((3.9 * mebibyte) / (unit.length + 1)))
      .fill(unit)
      .join();
  const sending =
    (bodyFor: (id: string) => string): Script =>
    ({ rpc }, response) =>
      response.writeHead(200, json).end(bodyFor(JSON.stringify(rpc?.id)));
  /** How the test went, and for how long nothing else could be done. */
  const timed = async (script: Script): Promise<[ServerTest, number]> => {
    const { url } = await scripted(script);
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const test = await harness.testAt(url);
    delay.disable();
    return [test, delay.max / 1e6];
  };

  it.each([
    ['nothing', '{}', 'Tool 1 of a page has no name.'],
    ['numbers', '1', 'Tool 1 of a page has no name.'],
    ['names alone', '{"name":"a"}', 'Tool 1 of a page has no inputSchema of type "object".'],
  ])('does not stop us by a list of %s', async (_, tool, words) => {
    const toList = sending((id) => `{"jsonrpc":"2.0","id":${id},"result":{"tools":[${many(tool)}]}}`);
    const [test, blockedMs] = await timed(oldServer({ toList }));
    expect(test).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(`could not be listed. ${words}$`) as string,
    });
    expect(test).not.toHaveProperty('tools');
    expect(blockedMs).toBeLessThan(longestBlockMs);
  });

  it('has its tools taken, whatever is wrong with what only its clients need', async () => {
    const inputSchema = { type: 'object', required: 'all', properties: [1] };
    const tools = [{ name: 'odd', inputSchema, icons: [{}], annotations: 7, outputSchema: 1 }];
    const old = await scripted(
      oldServer({ toList: (request, response) => sendResult(request, response, { tools }) }),
    );
    expect(await harness.testAt(old.url)).toMatchObject({ tools_count: 1, tools: [{ name: 'odd' }] });
    const modern = await startModernServer({ tools: [{ name: 'odd', inputSchema }] });
    peers.push(modern);
    expect(await harness.testAt(modern.url)).toMatchObject({ tools_count: 1, tools: [{ name: 'odd' }] });
  });

  it.each<[string, string, (id: string) => string]>([
    [
      'what it is',
      'server/discover',
      (id) => `{"jsonrpc":"2.0","id":${id},"result":{"supportedVersions":[${many('1')}]}}`,
    ],
    [
      'its capabilities',
      'initialize',
      (id) => `{"jsonrpc":"2.0","id":${id},"result":{"capabilities":[${many('1')}]}}`,
    ],
    ['a batch', 'tools/list', () => `[${many('{"jsonrpc":"2.0","id":1,"method":"ping"}')}]`],
  ])('is left when it sends 4 MiB of %s', async (_, method, bodyFor) => {
    const honest = oldServer();
    const [test, blockedMs] = await timed((request, response) =>
      (request.rpc?.method === method ? sending(bodyFor) : honest)(request, response),
    );
    expect(test.message).toContain('a handshake, or a batch, has no more than 262144 bytes');
    expect(blockedMs).toBeLessThan(longestBlockMs);
  });

  it.each(['{"jsonrpc":"2.0","method":"x"}', 'no JSON at all'])(
    'is left when its stream has 2,001 messages such as %s',
    async (message) => {
      const toList: Script = (_request, response) =>
        response.writeHead(200, sse).write(`data: ${message}\n\n`.repeat(2_100));
      const [test] = await timed(oldServer({ toList }));
      expect(test.message).toContain('message after message, and 2000 are enough');
    },
  );

  it('has no more than 16 connections to us, however much it asks us', async () => {
    const asking = Array.from(
      { length: 200 },
      (_, id) => `data: {"jsonrpc":"2.0","id":${id},"method":"ping"}\n\n`,
    );
    let most = 0;
    const peer = await scripted((request, response) => {
      most = Math.max(most, peer.openConnections());
      const toList: Script = () => response.writeHead(200, sse).write(asking.join(''));
      // It never answers our answers.
      if (request.rpc?.method === undefined && request.method === 'POST') return;
      oldServer({ toList })(request, response);
    });
    expect((await harness.testAt(peer.url)).message).toContain('16 requests at once are enough');
    expect(most).toBeLessThanOrEqual(16);
    await eventually(() => peer.openConnections() === 0);
  });
});
