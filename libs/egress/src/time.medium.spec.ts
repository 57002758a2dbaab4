import { setImmediate as turn } from 'node:timers/promises';
import type { Egress } from './egress.js';
import { mcpTest } from './testing/certificate.js';
import { egressFor, errandOf } from './testing/errand.js';
import { startPeer, startRawPeer, type Peer } from './testing/peer.js';
import { until } from './testing/until.js';

const reason = new Error('no more time');
/** Far more than an abort takes, and less than any limit of the connection itself. */
const atOnceMs = 3_500;

describe('the signal of an errand', () => {
  let peer: Peer | undefined;
  let egress: Egress | undefined;
  let stop: AbortController;
  beforeEach(() => {
    stop = new AbortController();
  });
  afterEach(async () => {
    await egress?.close();
    await peer?.stop();
  });

  const endsAtOnce = async (work: Promise<unknown>): Promise<void> => {
    const since = performance.now();
    stop.abort(reason);
    await expect(work).rejects.toBe(reason);
    expect(performance.now() - since).toBeLessThan(atOnceMs);
  };

  it('lets nothing begin when it is aborted already', async () => {
    peer = await startRawPeer();
    egress = egressFor();
    stop.abort(reason);
    await expect(errandOf(egress, { signal: stop.signal })(`http://mcp.test:${peer.port}/`)).rejects.toBe(
      reason,
    );
    expect(peer.connections()).toBe(0);
  });

  it('ends a look-up that nobody answers', async () => {
    const asked = Promise.withResolvers<string>();
    egress = egressFor({
      resolve: (name) => {
        asked.resolve(name);
        return new Promise(() => undefined);
      },
    });
    const answer = errandOf(egress, { signal: stop.signal })('http://mcp.test/');
    await asked.promise;
    await endsAtOnce(answer);
  });

  it('ends a connection that does not come about, and nothing of it is sent later', async () => {
    const silent = (peer = await startRawPeer());
    egress = egressFor({ ca: mcpTest.cert });
    const answer = errandOf(egress, { signal: stop.signal })(`https://mcp.test:${silent.port}/`);
    await until(() => silent.open() === 1);
    await endsAtOnce(answer);
    await egress.close();
    await until(() => silent.open() === 0);
  });

  it('ends the wait for an answer, and its connection', async () => {
    const silent = (peer = await startPeer(() => undefined));
    egress = egressFor();
    const answer = errandOf(egress, { signal: stop.signal })(`http://mcp.test:${silent.port}/`);
    await until(() => silent.open() === 1);
    await endsAtOnce(answer);
    await until(() => silent.open() === 0);
  });

  it('ends a body that trickles, and its connection', async () => {
    const slow = (peer = await startPeer((_request, response) => {
      const drops = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drops));
    }));
    egress = egressFor();
    const response = await errandOf(egress, { signal: stop.signal })(`http://mcp.test:${slow.port}/`);
    await endsAtOnce(response.text());
    await until(() => slow.open() === 0);
  });

  it('ends a body that nobody reads', async () => {
    const silent = (peer = await startPeer((_request, response) => void response.write('begun')));
    egress = egressFor();
    const response = await errandOf(egress, { signal: stop.signal })(`http://mcp.test:${silent.port}/`);
    stop.abort(reason);
    await until(() => silent.open() === 0);
    await expect(response.text()).rejects.toBe(reason);
  });

  it('of a single call ends that call, and no other', async () => {
    const { port } = (peer = await startPeer((request, response) => {
      if (request.url === '/quick') response.end('quick');
    }));
    egress = egressFor();
    const fetch = errandOf(egress);
    const slow = fetch(`http://mcp.test:${port}/slow`, { signal: stop.signal });
    const quick = fetch(`http://mcp.test:${port}/quick`);
    await endsAtOnce(slow);
    expect(await (await quick).text()).toBe('quick');
  });

  it('is left as it was found', async () => {
    const { port } = (peer = await startPeer((_request, response) => response.end('done')));
    egress = egressFor();
    const fetch = errandOf(egress, { signal: stop.signal });
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    for (let call = 0; call < 30; call++) await (await fetch(`http://mcp.test:${port}/`)).text();
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

describe('a connection', () => {
  it('is waited for five seconds, whatever the signal allows', async () => {
    const silent = await startRawPeer();
    const egress = egressFor({ ca: mcpTest.cert });
    const since = performance.now();
    await expect(errandOf(egress)(`https://mcp.test:${silent.port}/mcp?key=SECRET`)).rejects.toMatchObject({
      reason: 'timeout',
      message: `https://mcp.test:${silent.port}/mcp: no connection in time: check the address and the port`,
    });
    expect(performance.now() - since).toBeGreaterThan(4_000);
    expect(performance.now() - since).toBeLessThan(10_000);
    await until(() => silent.open() === 0);
    await egress.close();
    await silent.stop();
  });

  it('is kept for a moment, for the next request, and then ended', async () => {
    const peer = await startPeer((_request, response) => {
      response.setHeader('keep-alive', 'timeout=3600');
      response.end('done');
    });
    const egress = egressFor();
    const fetch = errandOf(egress);
    for (let call = 0; call < 5; call++) {
      await (await fetch(`http://mcp.test:${peer.port}/`)).text();
      // undici offers a connection for the next request one turn after the last one.
      await turn();
    }
    expect(peer.connections()).toBe(1);
    await until(() => peer.open() === 0);
    await egress.close();
    await peer.stop();
  });
});
