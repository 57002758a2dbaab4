import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DeadlineError, NoResponderError } from './bus.js';
import { NatsBus } from './nats-bus.js';
import { message, newSubject, textOf } from './testing/bus-suite.js';
import { NatsProxy, startSmallNats } from './testing/nats-proxy.js';

const url = process.env.NATS_URL;
if (url === undefined) throw new Error('NATS_URL is not set: run these tests as `npm test` does');

Logger.overrideLogger(false);

describe('the bus over NATS, when NATS is not as it should be', () => {
  let proxy: NatsProxy;
  let subject: string;

  beforeEach(async () => {
    subject = newSubject();
    proxy = new NatsProxy(new URL(url));
    await proxy.open();
  });
  afterEach(() => proxy.cut());

  it('refuses a server that takes only short messages, and says what to set', async () => {
    const small = await startSmallNats(1_048_576);
    await expect(NatsBus.connect({ url: small.url, name: 'test' })).rejects.toThrow(
      'the NATS server takes messages of at most 1048576 bytes: set its max_payload to 8388608',
    );
    small.stop();
  });

  it('waits at start for a server that is not there yet', async () => {
    await proxy.cut();
    let connected = false;
    const connecting = NatsBus.connect({ url: proxy.url, name: 'test' }).then((bus) => {
      connected = true;
      return bus;
    });
    await delay(300);
    expect(connected).toBe(false);
    await proxy.open();
    const bus = await connecting;
    await expect(bus.request(subject, message(), 1_000)).rejects.toBeInstanceOf(NoResponderError);
    await bus.close();
  }, 10_000);

  it('runs into the deadline while the server is away, and works again when it is back', async () => {
    const [caller, server] = await Promise.all([
      NatsBus.connect({ url: proxy.url, name: 'caller' }),
      NatsBus.connect({ url: proxy.url, name: 'server' }),
    ]);
    server.respond(subject, 'group', (request) => Promise.resolve(request));
    await server.flush();
    await proxy.cut();
    await expect(caller.request(subject, message('lost'), 300)).rejects.toBeInstanceOf(DeadlineError);
    await proxy.open();
    let answer: string | undefined;
    for (let attempt = 0; attempt < 40 && answer === undefined; attempt += 1) {
      answer = await caller.request(subject, message('back'), 500).then(textOf, () => undefined);
      if (answer === undefined) await delay(100);
    }
    expect(answer).toBe('back');
    await Promise.all([caller.close(), server.close()]);
  }, 30_000);

  it('closes within seconds while the server is away', async () => {
    const bus = await NatsBus.connect({ url: proxy.url, name: 'test' });
    bus.respond(subject, 'group', (request) => Promise.resolve(request));
    await bus.flush();
    await proxy.cut();
    await delay(50);
    const before = Date.now();
    await bus.close();
    expect(Date.now() - before).toBeLessThan(7_000);
  }, 10_000);
});
