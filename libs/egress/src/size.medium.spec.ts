import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Egress } from './egress.js';
import { egressFor, errandOf, outcomeOf, reasonOf } from './testing/errand.js';
import { startPeer, type Peer } from './testing/peer.js';
import { until } from './testing/until.js';

const MiB = 1024 * 1024;
const maxBytes = MiB;
/** What lies in buffers of both sides while the reader stops. */
const inFlightBytes = 32 * MiB;

describe('the limit of bytes', () => {
  let peer: Peer;
  let egress: Egress;
  let answer: (response: ServerResponse) => void;
  let sentBytes: number;

  beforeEach(async () => {
    sentBytes = 0;
    peer = await startPeer((_request, response) => answer(response));
    egress = egressFor();
  });
  afterEach(async () => {
    await egress.close();
    await peer.stop();
  });

  const send = (response: ServerResponse, chunk: Buffer, times: number): void => {
    const chunks = function* (): Generator<Buffer> {
      for (let sent = 0; sent < times; sent++, sentBytes += chunk.length) yield chunk;
    };
    // The client leaves in the middle; that is what this is about.
    pipeline(chunks, response, () => undefined);
  };
  const fetch = (limit = maxBytes): Promise<Response> =>
    errandOf(egress, { maxBytes: limit })(`http://mcp.test:${peer.port}/mcp?key=SECRET`);
  const tooLarge = {
    reason: 'too_large',
    message:
      'the answer is longer than the 1048576 bytes that are read: check that this is the right address',
  };

  it('ends a body of 1 GiB early, and its connection', async () => {
    answer = (response) => send(response, Buffer.alloc(MiB), 1024);
    expect(await outcomeOf(fetch())).toEqual(tooLarge);
    await until(() => peer.open() === 0);
    expect(sentBytes).toBeLessThan(inFlightBytes);
  });

  it('refuses a body by the length that it states', async () => {
    answer = (response) => void response.writeHead(200, { 'content-length': 2 * MiB }).write('begun');
    await expect(fetch()).rejects.toMatchObject(tooLarge);
    await until(() => peer.open() === 0);
  });

  it('stops a gzip bomb of 1 GiB early', async () => {
    const member = gzipSync(Buffer.alloc(MiB));
    answer = (response) => {
      response.setHeader('content-encoding', 'gzip');
      send(response, member, 1024);
    };
    const before = process.memoryUsage().rss;
    expect(await outcomeOf(fetch())).toEqual(tooLarge);
    await until(() => peer.open() === 0);
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * MiB);
  });

  it('stops a brotli bomb of 64 MiB early', async () => {
    const bomb = brotliCompressSync(Buffer.alloc(64 * MiB));
    expect(bomb.length).toBeLessThan(1000);
    answer = (response) => void response.writeHead(200, { 'content-encoding': 'br' }).end(bomb);
    expect(await outcomeOf(fetch())).toEqual(tooLarge);
  });

  it('stops what is decompressed to nothing for ever', async () => {
    // A gzip header, and then stored blocks of no bytes. RFC 1951, section 3.2.4
    const nothing = Buffer.alloc(5 * 64 * 1024, Buffer.from([0, 0, 0, 0xff, 0xff]));
    answer = (response) => {
      response.setHeader('content-encoding', 'gzip');
      response.write(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]));
      send(response, nothing, 4096);
    };
    expect(await outcomeOf(fetch())).toEqual(tooLarge);
    await until(() => peer.open() === 0);
    expect(sentBytes).toBeLessThan(inFlightBytes);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('counts what %s stands for, to the byte', async (encoding, compress) => {
    answer = (response) =>
      void response.writeHead(200, { 'content-encoding': encoding }).end(compress(Buffer.alloc(50_000, 'x')));
    expect(await outcomeOf(fetch(50_000))).toBe('x'.repeat(50_000));
    expect(await reasonOf(fetch(49_999))).toBe('too_large');
  });

  it('counts all answers of an errand together, and each errand by itself', async () => {
    answer = (response) => void response.end('x'.repeat(60));
    const first = errandOf(egress, { maxBytes: 100 });
    const second = errandOf(egress, { maxBytes: 100 });
    const url = `http://mcp.test:${peer.port}/`;
    expect([await reasonOf(first(url)), await reasonOf(first(url)), await reasonOf(second(url))]).toEqual([
      'answered',
      'too_large',
      'answered',
    ]);
  });

  it('does not hold for what an answer to HEAD only talks about', async () => {
    answer = (response) => void response.writeHead(200, { 'content-length': 2 * MiB }).end();
    const response = await errandOf(egress)(`http://mcp.test:${peer.port}/`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});
