import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallContext } from '@hawser/contracts';
import { authorise, type Access } from '@hawser/contracts/directory';
import { testServer, type ServerTest } from '@hawser/contracts/probe';
import { Broadcasts, BusClient, BusServer, Handles, MemoryHub } from '@hawser/messaging';
import { eventually } from '@hawser/testing/eventually';
import { Controller, Get, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { closeGateway, createGateway, listen } from '../gateway.js';
import { observeRequests } from '../observability/observe-requests.js';
import { owner, token } from '../testing/test-gateway.js';
import { Caller } from './caller.js';

const route = '/api/v1/integrations/srv_1/test?workspace_id=ws_1';
const request =
  `POST ${route} HTTP/1.1\r\nhost: gateway\r\ncontent-length: 0\r\n` +
  `authorization: Bearer ${token}\r\n\r\n`;

/** The calls that are being worked on. */
const running = new Set<AbortSignal>();
const untilStoppedMs = 60_000;
let takesMs = untilStoppedMs;

/** Both services that the route needs. */
@Controller()
class Services {
  @Handles(authorise)
  authorise(): Promise<Access> {
    return Promise.resolve(owner);
  }

  @Handles(testServer)
  async test(_: unknown, context: CallContext): Promise<ServerTest> {
    const signal = context.signal as AbortSignal;
    running.add(signal);
    try {
      await delay(takesMs, undefined, { signal });
      return { status: 'ok' };
    } finally {
      running.delete(signal);
    }
  }
}

@Module({ controllers: [Services] })
class ServicesModule {}

@Controller()
class Routes {
  @Get('stays')
  stays(@Caller() caller: CallContext): object {
    return { has: 'signal' in caller };
  }

  @Get('leaves')
  leaves(@Caller({ untilGone: true }) caller: CallContext): object {
    return { has: 'signal' in caller, aborted: caller.signal?.aborted };
  }
}

@Module({ controllers: [Routes] })
class RoutesModule {}

describe('a caller over HTTP', () => {
  const hub = new MemoryHub();
  const errors: string[] = [];
  const clients: Socket[] = [];
  let services: INestMicroservice;
  let gateway: NestFastifyApplication;
  let port: number;

  const open = (): Socket => {
    const client = connect(port, '127.0.0.1').setEncoding('utf8');
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    services = await NestFactory.createMicroservice<MicroserviceOptions>(ServicesModule, {
      strategy: new BusServer({ bus: hub.connect(), service: 'services' }),
      logger: false,
    });
    await services.listen();
    const note = (message: unknown): void => void errors.push(String(message));
    const quiet = (): void => undefined;
    const bus = hub.connect();
    gateway = await createGateway({
      bus: new BusClient(bus),
      broadcasts: new Broadcasts(bus),
      corsOrigins: [],
      logger: { log: quiet, warn: note, error: note },
    });
    port = Number(new URL(await listen(gateway, { host: '127.0.0.1', port: 0 })).port);
  });
  beforeEach(() => {
    takesMs = untilStoppedMs;
    errors.splice(0);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
  });
  afterAll(async () => {
    await closeGateway(gateway);
    await services.close();
  });

  it('who leaves stops the work that a service does for it, and nothing goes wrong', async () => {
    const [leaving, staying] = [open(), open()];
    leaving.write(request);
    await eventually(() => running.size === 1);
    const [gone] = running;
    staying.write(request);
    await eventually(() => running.size === 2);
    leaving.destroy();
    await eventually(() => running.size === 1);
    expect([gone?.aborted, [...running].map(({ aborted }) => aborted)]).toEqual([true, [false]]);
    staying.destroy();
    await eventually(() => running.size === 0);
    expect(errors).toEqual([]);
  });

  it('who has sent several requests over one connection stops them all', async () => {
    const leaving = open();
    leaving.write(request.repeat(5));
    await eventually(() => running.size === 5);
    leaving.destroy();
    await eventually(() => running.size === 0);
    expect(errors).toEqual([]);
  });

  it('who waits is answered, again and again, and stops nothing when it leaves then', async () => {
    takesMs = 30;
    const waiting = open();
    let received = '';
    waiting.on('data', (text) => (received += String(text)));
    const signals: (AbortSignal | undefined)[] = [];
    for (let answers = 1; answers <= 3; answers += 1) {
      waiting.write(request);
      await eventually(() => running.size === 1);
      signals.push(...running);
      await eventually(() => received.split('{"status":"ok"}').length === answers + 1);
    }
    waiting.destroy();
    await delay(50);
    expect(signals.map((signal) => signal?.aborted)).toEqual([false, false, false]);
  });

  it('can stop only what its route lets it stop', async () => {
    const app = await NestFactory.create<NestFastifyApplication>(RoutesModule, new FastifyAdapter(), {
      logger: false,
    });
    const server = app.getHttpAdapter().getInstance();
    observeRequests(server, { logRequests: false });
    server.addHook('onRequest', (incoming, _, done) => {
      incoming.access = owner;
      done();
    });
    await app.init();
    const signalOf = async (url: string): Promise<unknown> => (await server.inject({ url })).json();
    expect([await signalOf('/stays'), await signalOf('/leaves')]).toEqual([
      { has: false },
      { has: true, aborted: false },
    ]);
    await app.close();
  });
});
