import { setTimeout as delay } from 'node:timers/promises';
import { type Bus, BusClosedError, maxPayloadBytes, PayloadTooLargeError } from '../bus.js';
import { message, textOf, type Transport } from './bus-suite.js';

interface Ends {
  transport: Transport;
  caller: Bus;
  server: Bus;
  subject: string;
}

/** What every bus promises about broadcasts; within the suite of a bus, which says what there is at each test. */
export function describeBroadcasts(ends: () => Ends): void {
  const heardBy = (bus: Bus, subject: string): string[] => {
    const heard: string[] = [];
    bus.listen(subject, (broadcast) => void heard.push(textOf(broadcast)));
    return heard;
  };

  it('tells a broadcast to everyone who listens, the teller too, and to nobody else', async () => {
    const { caller, server, subject } = ends();
    const heard = [caller, server, server].map((bus) => heardBy(bus, subject));
    const elsewhere = heardBy(server, `${subject}.other`);
    await Promise.all([caller.flush(), server.flush()]);
    caller.broadcast(subject, message('a'));
    caller.broadcast(subject, message('b'));
    await caller.barrier();
    await server.barrier();
    expect(heard).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(elsewhere).toEqual([]);
  });

  it('lets nobody past a barrier who has not heard what was told before', async () => {
    const { caller, server, subject } = ends();
    const heard = heardBy(server, subject);
    await server.flush();
    for (let count = 1; count <= 300; count += 1) {
      caller.broadcast(subject, message(String(count)));
      await caller.barrier();
      // Some join a round trip under way, some begin one.
      const passed = [server.barrier(), Promise.resolve().then(() => server.barrier())];
      await Promise.race(passed);
      expect(heard).toHaveLength(count);
      if (count % 2 === 0) await Promise.all(passed);
    }
  });

  it('brings bytes and headers of a broadcast, and shares no memory', async () => {
    const { caller, server, subject } = ends();
    const seen: { data: Uint8Array; headers: Record<string, string> }[] = [];
    server.listen(subject, (broadcast) => void seen.push(broadcast));
    server.listen(subject, (broadcast) => void seen.push(broadcast));
    await server.flush();
    const data = Buffer.from('original');
    caller.broadcast(subject, { data, headers: { 'x-one': 'a b' } });
    await caller.barrier();
    data.fill('x');
    await server.barrier();
    seen[0]?.data.fill(0);
    expect(textOf(seen[1] ?? message())).toBe('original');
    expect(seen[1]?.headers).toEqual({ 'x-one': 'a b' });
  });

  it('tells the others when one listener fails', async () => {
    const { caller, server, subject } = ends();
    server.listen(subject, () => {
      throw new Error('broken');
    });
    const heard = heardBy(server, subject);
    await server.flush();
    caller.broadcast(subject, message('a'));
    caller.broadcast(subject, message('b'));
    await caller.barrier();
    await server.barrier();
    expect(heard).toEqual(['a', 'b']);
  });

  it('tells nothing more to who has left, and nothing to requests or groups', async () => {
    const { caller, server, subject } = ends();
    const heard: string[] = [];
    const subscription = server.listen(subject, (broadcast) => void heard.push(textOf(broadcast)));
    await server.flush();
    caller.broadcast(subject, message('before'));
    await caller.barrier();
    await subscription.drain();
    await subscription.drain();
    expect(heard).toEqual(['before']);
    caller.broadcast(subject, message('after'));
    await caller.barrier();
    await server.barrier();
    expect(heard).toEqual(['before']);
  });

  it('shares a barrier among many who ask for it', async () => {
    const { caller } = ends();
    const before = Date.now();
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 1_000 }, () => caller.barrier()));
    }
    expect(Date.now() - before).toBeLessThan(5_000);
  });

  it('refuses a broadcast that is too long or has headers that cannot travel', () => {
    const { caller, subject } = ends();
    const longer = { data: new Uint8Array(maxPayloadBytes + 1), headers: {} };
    expect(() => caller.broadcast(subject, longer)).toThrow(PayloadTooLargeError);
    expect(() => caller.broadcast(subject, message('', { 'x-one': 'é' }))).toThrow(TypeError);
  });

  it('tells and hears nothing when it is closed, and reports no outage because of it', async () => {
    const { transport, caller, subject } = ends();
    const closing = await transport.connect();
    const heard = heardBy(closing, subject);
    await closing.flush();
    await closing.close();
    caller.broadcast(subject, message('a'));
    await caller.barrier();
    await delay(20);
    expect(heard).toEqual([]);
    expect(() => closing.broadcast(subject, message())).toThrow(BusClosedError);
    expect(() => closing.listen(subject, () => undefined)).toThrow(BusClosedError);
    await expect(closing.barrier()).rejects.toBeInstanceOf(BusClosedError);
  });
}
