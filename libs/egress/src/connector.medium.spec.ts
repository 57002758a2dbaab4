import type { Socket } from 'node:net';
import { GuardedConnector, isOneOf } from './connector.js';
import { EgressPolicy } from './policy.js';
import { startRawPeer, type Peer } from './testing/peer.js';
import { until } from './testing/until.js';

/** Less than the connector waits for a connection. */
const atOnceMs = 3_500;

describe('the connector', () => {
  let peer: Peer;
  let connector: GuardedConnector;
  let resolve: (name: string) => Promise<string[]>;

  const connectTo = (hostname: string, protocol = 'http:'): Promise<Socket> =>
    new Promise((connected, failed) =>
      connector.connect({ hostname, protocol, port: String(peer.port) }, (error, socket) =>
        error === null ? connected(socket) : failed(error),
      ),
    );

  beforeEach(async () => {
    peer = await startRawPeer();
    resolve = () => Promise.resolve(['127.0.0.1']);
    connector = new GuardedConnector(EgressPolicy.allowing(['127.0.0.1/32']), (name) => resolve(name));
  });
  afterEach(async () => {
    connector.close();
    await peer.stop();
  });

  it('checks by itself what it is asked to connect to', async () => {
    resolve = (name) => Promise.resolve([name === 'mcp.test' ? '127.0.0.2' : '127.0.0.1']);
    for (const host of ['127.0.0.2', '::1', '::ffff:127.0.0.1', 'printer.local', 'db.internal.', 'mcp.test'])
      await expect(connectTo(host)).rejects.toMatchObject({ reason: 'address_refused' });
    expect(peer.connections()).toBe(0);
  });

  it('connects to what it checked', async () => {
    for (const host of ['127.0.0.1', 'localhost', 'mcp.test', 'mcp.test.'])
      expect((await connectTo(host)).remoteAddress).toBe('127.0.0.1');
  });

  it('gives up at once what is connecting when it is closed', async () => {
    const connecting = connectTo('mcp.test', 'https:');
    await until(() => peer.open() === 1);
    const since = performance.now();
    connector.close();
    await expect(connecting).rejects.toThrow();
    await until(() => peer.open() === 0);
    expect(performance.now() - since).toBeLessThan(atOnceMs);
  });

  it('connects to nothing that is resolved after it was closed', async () => {
    const answer = Promise.withResolvers<string[]>();
    resolve = () => answer.promise;
    const connecting = connectTo('mcp.test');
    connector.close();
    answer.resolve(['127.0.0.1']);
    await expect(connecting).rejects.toMatchObject({ reason: 'connection' });
    expect(peer.connections()).toBe(0);
  });

  it('knows the far end among the addresses that were checked, however they are written', () => {
    const checked = ['8.8.8.8', '2606:4700:0:0:0:0:0:1111'];
    expect(['8.8.8.8', '2606:4700::1111'].filter((far) => !isOneOf(checked, far))).toEqual([]);
    const others = ['8.8.4.4', '::ffff:8.8.8.8', '2606:4700::1112', '', 'fe80::1%eth0', undefined];
    expect(others.filter((far) => isOneOf(checked, far))).toEqual([]);
  });
});
