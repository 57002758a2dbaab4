import { NameServers } from './resolve.js';
import { egressFor, errandOf, outcomeOf, reasonOf } from './testing/errand.js';
import { startNameServer } from './testing/name-server.js';
import { startPeer, type Peer } from './testing/peer.js';

const ipv6 = '2606:4700:0000:0000:0000:0000:0000:1111';

describe('the name servers', () => {
  let server: Awaited<ReturnType<typeof startNameServer>>;
  let peer: Peer;
  let nameServers: NameServers;

  beforeAll(async () => {
    peer = await startPeer((_request, response) => response.end('here'));
    server = await startNameServer({
      'both.test': ['8.8.8.8', '1.1.1.1', ipv6],
      'four.test': ['8.8.8.8'],
      'six.test': [ipv6],
      'half.test': { ipv4: '8.8.8.8' },
      'late.test': { ipv4: '8.8.8.8', lateIpv6: ipv6 },
      'none.test': [],
      'broken.test': 2,
      'silent.test': 'silent',
      'here.test': ['127.0.0.1'],
      'private.test': ['127.0.0.1', '10.0.0.1'],
      localhost: ['8.8.8.8'],
    });
  });
  beforeEach(() => {
    nameServers = new NameServers([server.address]);
  });
  afterEach(() => nameServers.close());
  afterAll(async () => {
    await server.stop();
    await peer.stop();
  });

  it('are asked for addresses of both families', async () => {
    expect((await nameServers.resolve('both.test')).sort()).toEqual([
      '1.1.1.1',
      '2606:4700::1111',
      '8.8.8.8',
    ]);
    expect(await nameServers.resolve('four.test')).toEqual(['8.8.8.8']);
    expect(await nameServers.resolve('six.test')).toEqual(['2606:4700::1111']);
  });

  it('need not answer for both families, and are not waited for long when they do not', async () => {
    const since = performance.now();
    expect(await nameServers.resolve('half.test')).toEqual(['8.8.8.8']);
    // One second, where the question itself has four.
    expect(performance.now() - since).toBeLessThan(3_500);
  });

  it('are waited for when one family takes a moment longer', async () => {
    expect(await nameServers.resolve('late.test')).toEqual(['8.8.8.8', '2606:4700::1111']);
  });

  it('are asked for many names at a time, of which slow ones stop no other', async () => {
    const slow = Array.from({ length: 20 }, () => nameServers.resolve('silent.test').catch(() => 'silent'));
    const first = await Promise.race([...slow, nameServers.resolve('four.test')]);
    expect(first).toEqual(['8.8.8.8']);
    nameServers.close();
    expect(new Set(await Promise.all(slow))).toEqual(new Set(['silent']));
  });

  it('say what they know in words, and in time', async () => {
    const egress = egressFor({ resolve: (name) => nameServers.resolve(name) });
    const fetch = errandOf(egress);
    const since = performance.now();
    const outcomes = await Promise.all(
      ['missing', 'none', 'broken', 'silent'].map((name) =>
        outcomeOf(fetch(`http://${name}.test/mcp?key=SECRET`)),
      ),
    );
    await egress.close();
    expect(outcomes).toEqual([
      { reason: 'dns', message: 'missing.test: there is no host of this name: check the name' },
      { reason: 'dns', message: 'none.test: there is no host of this name: check the name' },
      {
        reason: 'dns',
        message: 'broken.test: the name servers could not answer: check the name, or try again later',
      },
      {
        reason: 'dns',
        message: 'silent.test: the name servers did not answer in time: check the name, or try again later',
      },
    ]);
    expect(performance.now() - since).toBeLessThan(15_000);
  });

  it('are not taken for the server itself when nobody listens at their port', async () => {
    const gone = new NameServers(['127.0.0.1:1']);
    const egress = egressFor({ resolve: (name) => gone.resolve(name) });
    expect(await outcomeOf(errandOf(egress)('http://mcp.test/'))).toEqual({
      reason: 'dns',
      message: 'mcp.test: the name servers could not answer: check the name, or try again later',
    });
    await egress.close();
  });

  it('are believed as to where a name is, not as to whether one may go there', async () => {
    const egress = egressFor({ resolve: (name) => nameServers.resolve(name) });
    const fetch = errandOf(egress);
    const outcomes = await Promise.all(
      ['here.test', 'private.test', 'localhost'].map((name) =>
        reasonOf(fetch(`http://${name}:${peer.port}/`)),
      ),
    );
    await egress.close();
    expect(outcomes).toEqual(['answered', 'address_refused', 'answered']);
  });
});
