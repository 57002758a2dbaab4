import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { serve } from './loopback.js';
import type { Peer } from './peer.js';

export interface FloodingServer extends Peer {
  /** What its answers came to so far, before any compression. */
  sentBytes(): number;
}

export interface FloodingOptions {
  /** Default: application/json. */
  contentType?: string;
  /** Sends about a thousandth of the bytes, which come to the whole when unpacked. */
  gzip?: boolean;
}

const chunk = Buffer.alloc(64 * 1024, ' ');

/** Answers every request with `bytes` of blanks, as fast as they are taken. */
export async function startFloodingServer(
  bytes: number,
  { contentType = 'application/json', gzip = false }: FloodingOptions = {},
): Promise<FloodingServer> {
  let sent = 0;
  function* blanks(): Generator<Buffer> {
    for (let left = bytes; left > 0; left -= chunk.length) {
      const next = chunk.subarray(0, left);
      sent += next.length;
      yield next;
    }
  }
  const { origin, stop } = await serve(async (_request, response) => {
    response.writeHead(200, { 'content-type': contentType, ...(gzip && { 'content-encoding': 'gzip' }) });
    const source = Readable.from(blanks());
    await (gzip ? pipeline(source, createGzip(), response) : pipeline(source, response));
  });
  return { url: `${origin}/mcp`, stop, sentBytes: () => sent };
}
