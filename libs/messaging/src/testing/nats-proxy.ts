import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a NATS server, so that a test can take the server away and bring it back. */
export class NatsProxy {
  private readonly sockets = new Set<Socket>();
  private listener: Server | undefined;
  private port = 0;

  constructor(private readonly target: URL) {}

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Lets clients through, on the same port each time. */
  async open(): Promise<void> {
    const listener = createServer((inside) => {
      const outside = connect(Number(this.target.port), this.target.hostname);
      for (const [from, to] of [
        [inside, outside],
        [outside, inside],
      ] as const) {
        this.sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
      }
    });
    await new Promise<void>((resolve) => listener.listen(this.port, '127.0.0.1', resolve));
    this.port = (listener.address() as { port: number }).port;
    this.listener = listener;
  }

  /** Keeps every connection and carries nothing over it any more, like a network that is gone; takes new ones. */
  freeze(): void {
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  /** Cuts every connection and takes no new one. */
  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.listener?.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
    await closed;
  }
}

/** A port that answers a client's greeting like a NATS server with this limit, and nothing else. */
export async function startSmallNats(maxPayload: number): Promise<{ url: string; stop(): void }> {
  const info = { server_id: 'small', version: '2.9.10', proto: 1, headers: true, max_payload: maxPayload };
  const listener = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on('data', (data) => {
      if (data.includes('PING\r\n')) socket.write('PONG\r\n');
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as { port: number };
  return { url: `nats://127.0.0.1:${port}`, stop: () => void listener.close() };
}
