import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Egress } from './egress.js';
import { mcpTest } from './testing/certificate.js';
import { egressFor, errandOf, outcomeOf, reasonOf } from './testing/errand.js';
import { ignore, startPeer, startRawPeer, startTlsPeer, type Peer } from './testing/peer.js';

const tellAll: RequestListener = (request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const { method, url, headers } = request;
    const servername = (request.socket as TLSSocket).servername;
    response.end(JSON.stringify({ method, url, headers, body, servername }));
  });
};

describe('a permitted request', () => {
  const started: (Peer | Egress)[] = [];
  const using = <T extends Peer | Egress>(it: T): T => {
    started.push(it);
    return it;
  };
  afterEach(async () => {
    for (const it of started.splice(0)) await ('stop' in it ? it.stop() : it.close());
  });

  it('arrives whole, under the name that was asked for, wherever that leads', async () => {
    const { port } = using(await startPeer(tellAll));
    const response = await errandOf(using(egressFor()))(`http://mcp.test:${port}/mcp?key=1#top`, {
      method: 'POST',
      body: 'grüße',
      headers: { 'x-key': 'abc', 'content-type': 'text/plain', host: 'other.test', connection: 'close' },
    });
    expect({ status: response.status, url: response.url }).toEqual({
      status: 200,
      url: `http://mcp.test:${port}/mcp?key=1#top`,
    });
    expect(await response.json()).toEqual({
      method: 'POST',
      url: '/mcp?key=1',
      headers: {
        host: `mcp.test:${port}`,
        connection: 'keep-alive',
        'content-length': '7',
        'content-type': 'text/plain',
        'x-key': 'abc',
        accept: '*/*',
        'accept-encoding': 'gzip, br',
      },
      body: 'grüße',
    });
  });

  it('arrives over TLS at a name with a certificate for it, with and without a dot', async () => {
    const { port } = using(await startTlsPeer(tellAll));
    const fetch = errandOf(using(egressFor({ ca: mcpTest.cert })));
    for (const name of ['mcp.test', 'MCP.test', 'mcp.test.'])
      expect(await (await fetch(`https://${name}:${port}/mcp`)).json()).toMatchObject({
        url: '/mcp',
        servername: 'mcp.test',
        headers: { host: `${name.toLowerCase()}:${port}` },
      });
  });

  it('arrives at localhost where the operator opened it, without asking DNS', async () => {
    const { port } = using(await startPeer(tellAll));
    const egress = using(egressFor({ resolve: () => Promise.reject(new Error('asked DNS')) }));
    for (const name of ['localhost', 'app.localhost', 'LOCALHOST.'])
      expect(await reasonOf(errandOf(egress)(`http://${name}:${port}/`))).toBe('answered');
  });

  it('goes to any port, also to those that browsers keep away from', async () => {
    // Port 1, where nobody listens; https://fetch.spec.whatwg.org/#bad-port
    expect(await outcomeOf(errandOf(using(egressFor()))('http://mcp.test:1/'))).toMatchObject({
      message: expect.stringContaining('the connection was refused'),
    });
  });

  it('does not go through a proxy of the environment', async () => {
    const proxy = using(await startRawPeer((socket) => socket.destroy()));
    const { port } = using(await startPeer(tellAll));
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'];
    for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
    try {
      expect(await reasonOf(errandOf(using(egressFor()))(`http://mcp.test:${port}/`))).toBe('answered');
    } finally {
      for (const name of names) Reflect.deleteProperty(process.env, name);
    }
    expect(proxy.connections()).toBe(0);
  });

  it('tries the next address when one does not answer', async () => {
    const { port } = using(await startPeer(tellAll));
    const networks = ['127.0.0.0/8'];
    const names = { 'mcp.test': ['127.0.0.2', '127.0.0.1'] };
    expect(await reasonOf(errandOf(using(egressFor({ networks, names })))(`http://mcp.test:${port}/`))).toBe(
      'answered',
    );
  });

  it.each([
    [
      'a certificate that nobody known has signed',
      undefined,
      'mcp.test',
      /is signed by nobody known: install one/,
    ],
    ['a certificate for another name', mcpTest.cert, 'other.test', /is for another name: check the URL/],
    [
      'an address that the certificate does not have',
      mcpTest.cert,
      '127.0.0.1',
      /is for another name: check the URL/,
    ],
  ])('fails with words about %s', async (_what, ca, host, words) => {
    const { port } = using(await startTlsPeer(tellAll));
    const egress = using(egressFor({ ca, names: { 'other.test': ['127.0.0.1'] } }));
    expect(await outcomeOf(errandOf(egress)(`https://${host}:${port}/mcp?key=SECRET`))).toEqual({
      reason: 'tls',
      message: expect.stringMatching(
        new RegExp(`^https://${host}:${port}/mcp: its certificate ${words.source}`),
      ),
    });
  });

  it('fails with words about a server that does not speak TLS', async () => {
    const { port } = using(await startPeer(tellAll));
    expect(await outcomeOf(errandOf(using(egressFor()))(`https://mcp.test:${port}/mcp`))).toMatchObject({
      reason: 'tls',
      message: expect.stringContaining('it does not speak TLS'),
    });
  });

  it.each<[string, (socket: Socket) => void, string, string]>([
    ['hangs up', (socket) => socket.end(), 'connection', 'the connection broke off'],
    ['breaks off', (socket) => socket.resetAndDestroy(), 'connection', 'the connection broke off'],
    ['speaks something else', (socket) => socket.end('SSH-2.0-OpenSSH\r\n'), 'protocol', 'is not HTTP'],
    [
      'has long headers',
      answering(`200 OK\r\nx: ${'x'.repeat(17 * 1024)}`),
      'protocol',
      'headers of the answer are too long',
    ],
    ['has no such status', answering('999 Whatever\r\ncontent-length: 0'), 'protocol', 'status 999'],
    [
      'compresses unasked',
      answering('200 OK\r\ncontent-encoding: zstd'),
      'protocol',
      'that was not asked for',
    ],
    [
      'compresses twice',
      answering('200 OK\r\ncontent-encoding: gzip, gzip'),
      'protocol',
      'that was not asked for',
    ],
    [
      'compresses wrongly',
      answering('200 OK\r\ncontent-encoding: gzip', 'no'),
      'protocol',
      'cannot be decompressed',
    ],
    [
      'stops early',
      answering('200 OK\r\ncontent-length: 9', 'half'),
      'connection',
      'the connection broke off',
    ],
    ['switches protocols', answering('101 Switching Protocols\r\nupgrade: x'), 'protocol', 'is not HTTP'],
  ])('fails with words about a server that %s', async (_what, talk, reason, words) => {
    const { port } = using(
      await startRawPeer((socket) => {
        ignore(socket);
        socket.once('data', () => talk(socket));
      }),
    );
    expect(await outcomeOf(errandOf(using(egressFor()))(`http://mcp.test:${port}/mcp?key=SECRET`))).toEqual({
      reason,
      message: expect.stringContaining(words),
    });
  });

  it('reads headers of some length', async () => {
    const { port } = using(
      await startPeer((_request, response) => response.setHeader('x-long', 'x'.repeat(15 * 1024)).end()),
    );
    expect(await reasonOf(errandOf(using(egressFor()))(`http://mcp.test:${port}/`))).toBe('answered');
  });

  it('fails with words about a port at which nobody listens', async () => {
    const { port, stop } = await startRawPeer();
    await stop();
    expect(await outcomeOf(errandOf(using(egressFor()))(`http://mcp.test:${port}/mcp?key=SECRET`))).toEqual({
      reason: 'connection',
      message:
        `http://mcp.test:${port}/mcp: ` +
        'the connection was refused: is the server running, and is this its port?',
    });
  });

  it('reads answers that are compressed, and those that have no body', async () => {
    const { port } = using(
      await startRawPeer((socket) =>
        socket.once('data', () => answering('200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 0')(socket)),
      ),
    );
    expect(await outcomeOf(errandOf(using(egressFor()))(`http://mcp.test:${port}/`))).toBe('');
  });
});

function answering(head: string, body = ''): (socket: Socket) => void {
  return (socket) => void socket.end(`HTTP/1.1 ${head}\r\n\r\n${body}`);
}
