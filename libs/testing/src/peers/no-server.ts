import { createServer } from 'node:net';
import { listen } from './loopback.js';
import type { Peer } from './peer.js';

/** A URL on 127.0.0.1 at whose port nothing listens. */
export async function closedPort(): Promise<string> {
  const { port, stop } = await listen(createServer());
  await stop();
  return `http://127.0.0.1:${port}/mcp`;
}

export interface Listener extends Peer {
  port: number;
  /** How many there were so far. */
  connections(): number;
}

/** Takes TCP connections on any loopback address, to tell whether somebody came; says nothing. */
export async function startListener(host = '127.0.0.1'): Promise<Listener> {
  let connections = 0;
  const { port, stop } = await listen(
    createServer(() => connections++),
    host,
  );
  const named = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${named}:${port}/mcp`, port, stop, connections: () => connections };
}
