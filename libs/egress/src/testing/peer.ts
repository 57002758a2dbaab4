import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { mcpTest } from './certificate.js';

/** Longer than any test, so that it is the client that ends a connection. */
const keepAliveMs = 60_000;

/** A server that knows who connects to it. */
export interface Peer {
  port: number;
  /** How many have ever connected. */
  connections(): number;
  /** How many are connected. */
  open(): number;
  stop(): Promise<void>;
}

/** Speaks HTTP on 127.0.0.1. */
export function startPeer(answer: RequestListener): Promise<Peer> {
  return listening(createServer({ keepAliveTimeout: keepAliveMs }, answer));
}

/** Speaks HTTPS on 127.0.0.1, as `mcp.test`; only HTTP/1.1, although it would agree to HTTP/2 in the handshake. */
export function startTlsPeer(answer: RequestListener): Promise<Peer> {
  return listening(createHttpsServer({ ...mcpTest, ALPNProtocols: ['h2', 'http/1.1'] }, answer));
}

/** Whatever one does with a connection; nothing, unless told so. */
export function startRawPeer(talk: (socket: Socket) => void = ignore, host?: string): Promise<Peer> {
  return listening(createTcpServer(talk), host);
}

/** Reads, so that it learns of the end. */
export function ignore(socket: Socket): void {
  socket.resume();
}

async function listening(server: Server, host = '127.0.0.1'): Promise<Peer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Clients that leave in the middle are what many tests are about.
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    open: () => sockets.size,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
