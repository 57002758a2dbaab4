import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@hawser/testing/eventually';
import { Logger } from '@nestjs/common';
import { register } from 'prom-client';
import { DeadlineError, NoResponderError } from './bus.js';
import { NatsBus } from './nats-bus.js';
import { message, newSubject, textOf } from './testing/bus-suite.js';
import { NatsProxy, startSmallNats } from './testing/nats-proxy.js';
import { OwnNats } from './testing/own-nats.js';

/** Whoever leaves a server that is away waits up to three times 2 s for a word of it; others, for ever. */
const closedWithinMs = 15_000;

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

  it('says at once that nobody answers while the server is away, and works again when it is back', async () => {
    const [caller, server] = await Promise.all([
      NatsBus.connect({ url: proxy.url, name: 'caller' }),
      NatsBus.connect({ url: proxy.url, name: 'server' }),
    ]);
    server.respond(subject, 'group', (request) => Promise.resolve(request));
    await server.flush();
    await proxy.cut();
    await eventually(() => !caller.connected);
    // Whoever waits gets a DeadlineError.
    await expect(caller.request(subject, message('lost'), 300)).rejects.toBeInstanceOf(NoResponderError);
    await proxy.open();
    const ask = (): Promise<string | undefined> =>
      caller.request(subject, message('back'), 500).then(textOf, () => undefined);
    expect(await eventually(ask)).toBe('back');
    await Promise.all([caller.close(), server.close()]);
  });

  it('closes within seconds while the server is away', async () => {
    const bus = await NatsBus.connect({ url: proxy.url, name: 'test' });
    bus.respond(subject, 'group', (request) => Promise.resolve(request));
    await bus.flush();
    await proxy.cut();
    await eventually(() => !bus.connected);
    const before = Date.now();
    await bus.close();
    expect(Date.now() - before).toBeLessThan(closedWithinMs);
  });

  it('refuses a barrier at once while the server is away, and tells of the outage twice', async () => {
    const bus = await NatsBus.connect({ url: proxy.url, name: 'test' });
    const outages: boolean[] = [];
    bus.onOutage(() => outages.push(bus.connected));
    await bus.barrier();
    expect(outages).toEqual([]);
    await proxy.cut();
    await eventually(() => outages.length === 1);
    // One that waits gets a DeadlineError.
    await expect(bus.barrier()).rejects.toBeInstanceOf(NoResponderError);
    expect(await metric('hawser_bus_connected')).toBe(0);
    await proxy.open();
    await eventually(() => outages.length === 2);
    expect(outages).toEqual([false, true]);
    expect(await metric('hawser_bus_connected')).toBe(1);
    expect(await metric('hawser_bus_reconnects_total')).toBeGreaterThan(0);
    await bus.barrier();
    await bus.close();
    expect(await metric('hawser_bus_connected')).toBe(0);
  });

  it('has told of an outage before a barrier says that nothing is on its way', async () => {
    const [teller, listener] = await Promise.all([
      NatsBus.connect({ url, name: 'teller' }),
      NatsBus.connect({ url: proxy.url, name: 'listener' }),
    ]);
    let stale: boolean;
    listener.onOutage(() => (stale = false));
    listener.listen(subject, () => (stale = false));
    await listener.barrier();
    for (let round = 0; round < 5; round += 1) {
      stale = true;
      await proxy.cut();
      teller.broadcast(subject, message());
      await teller.barrier();
      await proxy.open();
      for (let passed = false; !passed;) {
        passed = await listener.barrier().then(
          () => true,
          () => delay(10, false),
        );
      }
      expect(stale).toBe(false);
    }
    await Promise.all([teller.close(), listener.close()]);
  });

  it('notices within 20 s that a connection leads nowhere, also in the middle of a lot of data', async () => {
    const [idle, busy] = await Promise.all([
      NatsBus.connect({ url: proxy.url, name: 'idle' }),
      NatsBus.connect({ url: proxy.url, name: 'busy' }),
    ]);
    proxy.freeze();
    for (let megabytes = 0; megabytes < 64; megabytes += 1) {
      busy.broadcast(subject, { data: new Uint8Array(1024 * 1024), headers: {} });
    }
    await Promise.all(
      [idle, busy].map(async (bus) => {
        let back = false;
        bus.onOutage(() => (back = bus.connected));
        // Its own, and not that of the connection.
        await expect(bus.barrier()).rejects.toBeInstanceOf(DeadlineError);
        // The 20 s, the way back, and what a slow machine takes; without the pings it would be minutes.
        await eventually(() => back, 40_000);
        await bus.barrier();
        await bus.close();
      }),
    );
  }, 60_000);

  it('comes back to a server that has refused its credentials for a while', async () => {
    const authorization = (user: string): string => `authorization { user: ${user}, password: x }`;
    const nats = await OwnNats.start({ settings: authorization('a') });
    const address = nats.url.replace('nats://', 'nats://a:x@');
    const bus = await NatsBus.connect({ url: address, name: 'test' });
    await nats.stop();
    await nats.begin({ settings: authorization('b') });
    await delay(4_000);
    await nats.stop();
    await nats.begin({ settings: authorization('a') });
    await eventually(() => bus.connected);
    await bus.barrier();
    await bus.close();
    await nats.remove();
  });

  it('says at the start that its credentials are refused', async () => {
    const nats = await OwnNats.start({ settings: 'authorization { token: right }' });
    const wrong = nats.url.replace('nats://', 'nats://wrong@');
    await expect(NatsBus.connect({ url: wrong, name: 'test' })).rejects.toThrow(/authorization/i);
    await nats.remove();
  });
});

async function metric(name: string): Promise<number | undefined> {
  const { values } = (await register.getSingleMetric(name)?.get()) ?? { values: [] };
  return values[0]?.value;
}
