import { setImmediate as turn } from 'node:timers/promises';
import type { Egress, Fetch } from './egress.js';
import { refusedAddresses, refusedUrls } from './testing/addresses.js';
import { egressFor, errandOf, outcomeOf, reasonOf } from './testing/errand.js';
import { startPeer, startRawPeer, type Peer } from './testing/peer.js';

// 127.0.0.1 is excepted here, so that there is a peer to be redirected by.
const refused = refusedAddresses.filter((address) => !['127.0.0.1', '64:ff9b::7f00:1'].includes(address));
const all = (reason: string): [string, string][] => refused.map((address) => [address, reason]);

const hostOf = (address: string): string => (address.includes(':') ? `[${address}]` : address);
const nameOf = (address: string): string => `at-${address.replaceAll(/[.:]/g, '-')}.test`;

describe('a refused address', () => {
  let peer: Peer;
  /** On every address of this machine. */
  let everywhere: Peer;
  let location = '';
  let redirects = 0;
  let answers: Record<string, string[]>;
  let egress: Egress;
  let fetch: Fetch;

  const eachOf = async (ask: (address: string) => Promise<Response>): Promise<[string, string][]> => {
    const outcomes: [string, string][] = [];
    for (const address of refused) outcomes.push([address, await reasonOf(ask(address))]);
    return outcomes;
  };

  beforeEach(async () => {
    everywhere = await startRawPeer((socket) => void socket.end('HTTP/1.1 204 No Content\r\n\r\n'), '::');
    peer = await startPeer((request, response) => {
      if (request.url === '/away') redirects++;
      if (request.url === '/away') response.writeHead(307, { location });
      if (request.url === '/last') response.setHeader('connection', 'close');
      response.end('here');
    });
    answers = {};
    redirects = 0;
    egress = egressFor({ resolve: (name) => Promise.resolve(answers[name] ?? []) });
    fetch = errandOf(egress, { maxBytes: Infinity });
  });
  afterEach(async () => {
    await egress.close();
    await peer.stop();
    await everywhere.stop();
  });

  it('would be noticed if something connected to it', async () => {
    answers['mcp.test'] = ['127.0.0.1'];
    await fetch(`http://127.0.0.1:${everywhere.port}/`);
    await fetch(`http://mcp.test:${everywhere.port}/`);
    expect(everywhere.connections()).toBe(2);
  });

  it('is refused in a URL', async () => {
    const ask = (address: string): Promise<Response> =>
      fetch(`http://${hostOf(address)}:${everywhere.port}/mcp`);
    expect(await eachOf(ask)).toEqual(all('address_refused'));
    expect(everywhere.connections()).toBe(0);
  });

  it('is refused in any disguise', async () => {
    const closed = errandOf(egressFor({ networks: [] }));
    const outcomes: [string, string][] = [];
    for (const url of refusedUrls) outcomes.push([url, await reasonOf(closed(url))]);
    expect(outcomes).toEqual(refusedUrls.map((url) => [url, 'address_refused']));
  });

  it('is refused as the address of a name', async () => {
    const ask = (address: string): Promise<Response> => {
      answers[nameOf(address)] = [address];
      return fetch(`http://${nameOf(address)}:${everywhere.port}/mcp`);
    };
    expect(await eachOf(ask)).toEqual(all('address_refused'));
    expect(everywhere.connections()).toBe(0);
  });

  it('is refused as one of several addresses of a name, which is the mark of rebinding', async () => {
    const ask = (address: string): Promise<Response> => {
      answers[nameOf(address)] = ['127.0.0.1', '8.8.8.8', address];
      return fetch(`http://${nameOf(address)}:${everywhere.port}/mcp`);
    };
    expect(await eachOf(ask)).toEqual(all('address_refused'));
    expect(everywhere.connections()).toBe(0);
  });

  it('is refused where a redirect leads to it', async () => {
    const ask = (address: string): Promise<Response> => {
      location = `http://${hostOf(address)}:${everywhere.port}/mcp`;
      return fetch(`http://127.0.0.1:${peer.port}/away`);
    };
    expect(await eachOf(ask)).toEqual(all('address_refused'));
    expect(redirects).toBe(refused.length);
    expect(everywhere.connections()).toBe(0);
  });

  it('is refused where a redirect leads to a name of it', async () => {
    const ask = (address: string): Promise<Response> => {
      answers[nameOf(address)] = [address];
      location = `//${nameOf(address)}:${everywhere.port}/mcp`;
      return fetch(`http://127.0.0.1:${peer.port}/away`);
    };
    expect(await eachOf(ask)).toEqual(all('address_refused'));
    expect(everywhere.connections()).toBe(0);
  });

  it('is refused when a name moves to it, and does not matter as long as the connection from before is used', async () => {
    const outcomes: [string, string[]][] = [];
    for (const address of refused) {
      const url = (path: string): string => `http://${nameOf(address)}:${peer.port}${path}`;
      answers[nameOf(address)] = ['127.0.0.1'];
      const before = await reasonOf(fetch(url('/first')));
      // undici offers a connection for the next request one turn after the last one.
      await turn();
      answers[nameOf(address)] = [address];
      const kept = await reasonOf(fetch(url('/last')));
      outcomes.push([address, [before, kept, await reasonOf(fetch(url('/moved')))]]);
    }
    expect(outcomes).toEqual(
      refused.map((address) => [address, ['answered', 'answered', 'address_refused']]),
    );
    expect(peer.connections()).toBe(refused.length);
  });

  it('is named to the person who asked, with the reason and what to do', async () => {
    answers['db.test'] = ['10.0.0.1'];
    location = 'http://10.0.0.1/latest?key=SECRET';
    const advice =
      'use an address on the public internet, or have your operator add it to HAWSER_EGRESS_ALLOW';
    const messages = await Promise.all(
      [
        'http://10.0.0.1/mcp?key=SECRET',
        'http://db.test/mcp?key=SECRET',
        `http://127.0.0.1:${peer.port}/away`,
      ].map((url) => outcomeOf(fetch(url))),
    );
    expect(messages).toMatchObject([
      { message: `10.0.0.1 is not allowed: private use (RFC 1918); ${advice}` },
      {
        message:
          'db.test is not allowed: it resolves to an address of this kind: private use (RFC 1918); ' +
          'use a name on the public internet, or have your operator add its address to HAWSER_EGRESS_ALLOW',
      },
      {
        message:
          `http://127.0.0.1:${peer.port}/away redirects elsewhere: ` +
          `10.0.0.1 is not allowed: private use (RFC 1918); ${advice}`,
      },
    ]);
  });
});
