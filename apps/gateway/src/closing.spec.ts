import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Broadcasts, BusClient, MemoryHub } from '@hawser/messaging';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { closeGateway, createGateway, listen } from './gateway.js';

const request = 'GET /api/v1/me HTTP/1.1\r\nhost: gateway\r\n\r\n';

/** As where a machine is short of processors: nothing is read or taken meanwhile, and what is due comes late. */
function standStill(forMs: number): void {
  for (const until = performance.now() + forMs; performance.now() < until;);
}

describe('a gateway that closes while its process is slow', () => {
  let gateway: NestFastifyApplication;
  let port: number;

  beforeEach(async () => {
    const bus = new MemoryHub().connect();
    gateway = await createGateway({
      bus: new BusClient(bus),
      broadcasts: new Broadcasts(bus),
      corsOrigins: [],
      logger: [],
    });
    port = Number(new URL(await listen(gateway, { host: '127.0.0.1', port: 0 })).port);
  });

  const open = (): Socket => connect(port, '127.0.0.1').setEncoding('utf8');
  /** The first line of what comes, or why nothing does. */
  const answerTo = async (socket: Socket): Promise<string> => {
    try {
      const [answer] = (await once(socket, 'data')) as [string];
      return answer.split('\r\n')[0] ?? '';
    } catch (error) {
      return String(error);
    }
  };

  it('answers what has come on a connection that is used, and has not been read when idle ones are ended', async () => {
    const socket = open();
    socket.write(request);
    await answerTo(socket);
    const closed = closeGateway(gateway);
    await delay(100);
    const answer = answerTo(socket);
    // Between the turn's reading and its timers.
    setImmediate(() => {
      socket.write(request);
      standStill(400);
    });
    expect(await answer).toBe('HTTP/1.1 401 Unauthorized');
    await closed;
  });

  it('answers whoever had connected before it closed, and had not been taken yet', async () => {
    const socket = open();
    const answer = answerTo(socket);
    socket.write(request);
    const closed = closeGateway(gateway);
    expect(await answer).toBe('HTTP/1.1 401 Unauthorized');
    await closed;
  });
});
