import { mcpTest } from './testing/certificate.js';
import { egressFor, errandOf, reasonOf } from './testing/errand.js';
import { startPeer, startRawPeer } from './testing/peer.js';
import { until } from './testing/until.js';

describe('closing', () => {
  it('ends what is kept, what is under way and what has just begun', async () => {
    const peer = await startPeer((request, response) => {
      if (request.url === '/headers') return;
      response.write('begun');
      if (request.url === '/whole') response.end();
    });
    const silent = await startRawPeer();
    const looking = Promise.withResolvers<string[]>();
    const egress = egressFor({
      ca: mcpTest.cert,
      resolve: (name) => (name === 'slow.test' ? looking.promise : Promise.resolve(['127.0.0.1'])),
    });
    const fetch = errandOf(egress);
    const url = (path: string): string => `http://mcp.test:${peer.port}${path}`;
    await Promise.all(Array.from({ length: 5 }, async () => (await fetch(url('/whole'))).text()));
    const body = (await fetch(url('/body'))).text();
    const unfinished = [
      reasonOf(fetch(url('/headers'))),
      reasonOf(fetch(`https://mcp.test:${silent.port}/`)),
      reasonOf(fetch(`http://slow.test:${silent.port}/`)),
    ];
    await until(() => peer.open() > 2 && silent.open() === 1);

    await egress.close();
    looking.resolve(['127.0.0.1']);

    await expect(body).rejects.toMatchObject({ reason: 'connection' });
    expect(await Promise.all(unfinished)).toEqual(['connection', 'connection', 'connection']);
    await until(() => peer.open() === 0 && silent.open() === 0);
    expect(silent.connections()).toBe(1);
    expect(await reasonOf(fetch(url('/whole')))).toBe('connection');
    await peer.stop();
    await silent.stop();
  });
});
