import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface Listening {
  port: number;
  openConnections: () => number;
  /** Hangs up on whoever is connected. */
  stop: () => Promise<void>;
}

/** Lets a server listen on a free port of a loopback address and keeps count of its connections. */
export async function listen(server: Server, host = '127.0.0.1'): Promise<Listening> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    // A client that hangs up in the middle is what many tests are about.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    openConnections: () => open.size,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An HTTP server on 127.0.0.1; of https when given a certificate and its key. */
export async function serve(
  answer: Answer,
  tls?: { cert: string; key: string },
): Promise<Listening & { origin: string }> {
  const answered = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    await answer(request, response);
  };
  const listener: RequestListener = (request, response) => {
    // An answer fails when its client has left.
    answered(request, response).catch(() => response.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const listening = await listen(server);
  return { ...listening, origin: `http${tls === undefined ? '' : 's'}://127.0.0.1:${listening.port}` };
}
