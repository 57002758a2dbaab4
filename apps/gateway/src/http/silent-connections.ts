import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections that have been made and not yet used, as browsers keep them ready. Node does not count them among the idle
 * ones, and a server that closes would wait until they have been silent for its whole time limit.
 */
export class SilentConnections {
  private readonly open = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
  }

  end(): void {
    for (const socket of this.open) if (socket.bytesRead === 0) socket.destroy();
  }
}
