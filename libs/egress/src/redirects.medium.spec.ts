import type { IncomingHttpHeaders } from 'node:http';
import type { Egress, Fetch } from './egress.js';
import { mcpTest } from './testing/certificate.js';
import { egressFor, errandOf, outcomeOf } from './testing/errand.js';
import { startPeer, startTlsPeer, type Peer } from './testing/peer.js';
import { until } from './testing/until.js';

interface Seen {
  method?: string;
  url?: string;
  headers: IncomingHttpHeaders;
  body: string;
}

const secrets = {
  authorization: 'Bearer SECRET',
  cookie: 'a=SECRET',
  'x-api-key': 'SECRET',
  'mcp-session-id': 'SECRET',
  'last-event-id': 'SECRET',
};
const harmless = {
  'user-agent': 'hawser/0.1.0',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/list',
};
const post = {
  method: 'POST',
  body: '{"id":1}',
  headers: { 'content-type': 'application/json', ...secrets, ...harmless },
};

describe('a redirect', () => {
  let first: Peer;
  let other: Peer;
  let encrypted: Peer;
  let seen: Seen[];
  let egress: Egress;
  let fetch: Fetch;

  beforeEach(async () => {
    seen = [];
    other = await startPeer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, headers: request.headers, body });
        response.end('arrived');
      });
    });
    first = await startPeer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://mcp.test');
      const location = searchParams.get('to');
      if (pathname === '/loop') return void response.writeHead(302, { location: '/loop' }).end();
      if (pathname === '/large') {
        response.writeHead(302, { location: `http://mcp.test:${other.port}/` });
        return void response.write('x'.repeat(100_000));
      }
      if (pathname === '/here') {
        seen.push({ method: request.method, url: request.url, headers: request.headers, body: '' });
        return void response.end('arrived');
      }
      response.writeHead(Number(pathname.slice(1)), location === null ? {} : { location }).end('moved');
    });
    encrypted = await startTlsPeer((_request, response) =>
      response.writeHead(301, { location: `http://mcp.test:${other.port}/?key=SECRET` }).end(),
    );
    egress = egressFor({ ca: mcpTest.cert });
    fetch = errandOf(egress);
  });
  afterEach(async () => {
    await egress.close();
    for (const peer of [first, other, encrypted]) await peer.stop();
  });

  const at = (path: string): string => `http://mcp.test:${first.port}${path}`;
  const leading = (to: string, status = 302): string => at(`/${status}?to=${encodeURIComponent(to)}`);

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [307, 'POST', 'POST', post.body],
    [308, 'POST', 'POST', post.body],
    [301, 'PUT', 'PUT', post.body],
    [302, 'DELETE', 'DELETE', post.body],
    [303, 'PUT', 'GET', ''],
  ])('with status %i makes of %s a %s', async (status, method, then, body) => {
    expect(
      await outcomeOf(fetch(leading(`http://mcp.test:${other.port}/to?a=1`, status), { ...post, method })),
    ).toBe('arrived');
    expect(seen).toMatchObject([{ method: then, url: '/to?a=1', body }]);
    expect(seen[0]?.headers['content-type']).toBe(body === '' ? undefined : 'application/json');
  });

  it('to another origin takes only harmless headers along', async () => {
    await fetch(leading(`http://mcp.test:${other.port}/`, 307), post);
    expect(seen.map(({ headers }) => headers)).toEqual([
      {
        host: `mcp.test:${other.port}`,
        connection: 'keep-alive',
        'content-length': '8',
        'content-type': 'application/json',
        accept: '*/*',
        'accept-encoding': 'gzip, br',
        ...harmless,
      },
    ]);
  });

  it('back to the first origin does not bring back what was dropped', async () => {
    const detour = `http://127.0.0.1:${first.port}/307?to=${encodeURIComponent(at('/here'))}`;
    await fetch(leading(detour, 307), { headers: secrets });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it('within an origin keeps all headers, and the way to it may be relative', async () => {
    const response = await fetch(leading('here?b=2', 307), { headers: secrets });
    expect(response.url).toBe(at('/here?b=2'));
    expect(seen).toMatchObject([{ url: '/here?b=2', headers: secrets }]);
  });

  it('is followed as often as the errand allows, and no further', async () => {
    const outcome = outcomeOf(errandOf(egress, { maxRedirects: 3 })(at('/loop')));
    expect(await outcome).toEqual({
      reason: 'redirect',
      message: `${at('/loop')} redirects again, after 3 times: give the URL where it ends`,
    });
    const twice = leading(leading(`http://mcp.test:${other.port}/`));
    expect(await outcomeOf(errandOf(egress, { maxRedirects: 2 })(twice))).toBe('arrived');
    expect(await outcomeOf(errandOf(egress, { maxRedirects: 1 })(twice))).toMatchObject({
      reason: 'redirect',
    });
  });

  it('is not followed where that was asked for', async () => {
    const url = leading(`http://mcp.test:${other.port}/`);
    const response = await fetch(url, { redirect: 'manual' });
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([
      302,
      `http://mcp.test:${other.port}/`,
      'moved',
    ]);
    expect(await outcomeOf(fetch(url, { redirect: 'error' }))).toMatchObject({ reason: 'redirect' });
    expect(other.connections()).toBe(0);
  });

  it.each([
    ['nowhere', () => at('/302')],
    ['to what is no URL', () => leading('http://[')],
  ])('%s is an error', async (_where, url) => {
    expect(await outcomeOf(fetch(url()))).toEqual({
      reason: 'redirect',
      message: `${at('/302')} redirects without saying where to`,
    });
  });

  it('from https to http is refused', async () => {
    expect(await outcomeOf(fetch(`https://mcp.test:${encrypted.port}/mcp?key=SECRET`))).toEqual({
      reason: 'redirect',
      message:
        `https://mcp.test:${encrypted.port}/mcp redirects to http://mcp.test:${other.port}/, which would no longer be ` +
        'encrypted: use the https URL that is meant',
    });
    expect(other.connections()).toBe(0);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.com/',
    'http://user:SECRET@mcp.test/',
    'http://printer.local/',
  ])('to %s is refused as that URL itself would be', async (to) => {
    expect(await outcomeOf(fetch(leading(to)))).toEqual({
      reason: 'address_refused',
      message: expect.not.stringContaining('SECRET'),
    });
  });

  it('leaves no connection of its unread body', async () => {
    expect(await outcomeOf(fetch(at('/large')))).toBe('arrived');
    await until(() => first.open() === 0);
  });
});
