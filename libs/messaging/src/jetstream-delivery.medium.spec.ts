import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@hawser/testing/eventually';
import { Logger } from '@nestjs/common';
import { jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamEvents } from './jetstream-events.js';
import { streamName } from './jetstream-stream.js';
import { EventProcesses } from './testing/event-processes.js';
import { idIn, newEvent, newGroup, relay } from './testing/events-suite.js';
import { OwnNats } from './testing/own-nats.js';

Logger.overrideLogger(false);

/** A consumer that is at work says so three times in it, and must not lose its event where the machine stands still. */
const ackWaitMs = 4_000;
const briefAckWaitMs = 1_000;
const quietMs = 500;

describe('events over JetStream', () => {
  let nats: OwnNats;
  let processes: EventProcesses;
  let publisher: JetStreamEvents;

  beforeAll(async () => {
    nats = await OwnNats.start();
    processes = new EventProcesses(nats.url);
  });
  beforeEach(async () => {
    ({ events: publisher } = await processes.start());
  });
  afterEach(() => processes.stop());
  afterAll(() => nats.remove());

  it('are kept in files for 7 days in a stream of their own, under a durable consumer for each group', async () => {
    const { bus, events } = await processes.start();
    const event = newEvent();
    const group = newGroup();
    let handled = false;
    const subscription = events.subscribe(event.subject, group, () => {
      handled = true;
      return Promise.resolve();
    });
    await events.publish(event);
    await eventually(() => handled);
    const { streams, consumers } = await jetstreamManager(bus.connection);
    const { config } = await streams.info(streamName);
    const dayNanos = 24 * 3_600 * 1e9;
    expect(config).toMatchObject({
      subjects: ['hawser.events.>'],
      storage: 'file',
      retention: 'limits',
      max_age: 7 * dayNanos,
      duplicate_window: 20 * 60 * 1e9,
    });
    await subscription.drain();
    const consumer = await consumers.info(streamName, group);
    expect(consumer.config).toMatchObject({
      durable_name: group,
      deliver_policy: 'all',
      ack_policy: 'explicit',
      max_deliver: -1,
    });
    expect(consumer.num_ack_pending).toBe(0);
  });

  it('reach a group that comes later', async () => {
    const { subject } = newEvent();
    const published = Array.from({ length: 100 }, () => newEvent({}, subject));
    for (const event of published) await publisher.publish(event);
    const seen = new Set<string>();
    const subscription = publisher.subscribe(subject, newGroup(), (bytes) => {
      seen.add(idIn(bytes));
      return Promise.resolve();
    });
    await eventually(() => seen.size === 100);
    await subscription.drain();
  });

  it('are delivered once when they were published twice', async () => {
    const event = newEvent();
    const seen: string[] = [];
    const subscription = publisher.subscribe(event.subject, newGroup(), (bytes) =>
      Promise.resolve(void seen.push(idIn(bytes))),
    );
    const { events: other } = await processes.start();
    await Promise.all([publisher.publish(event), other.publish(event)]);
    await publisher.publish(event);
    await eventually(() => seen.length > 0);
    await delay(quietMs);
    expect(seen).toEqual([event.id]);
    await subscription.drain();
  });

  it('come again later each time, and for as long as it takes', async () => {
    const event = newEvent();
    const at: number[] = [];
    const subscription = publisher.subscribe(event.subject, newGroup(), () => {
      at.push(Date.now());
      return at.length < 4 ? Promise.reject(new Error('not today')) : Promise.resolve();
    });
    await publisher.publish(event);
    // The pauses are 7 s together. Without them it would take 30 s each time.
    await eventually(() => at.length === 4, 20_000);
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    for (const [index, leastMs] of [900, 1_800, 3_600].entries())
      expect(pauses[index]).toBeGreaterThanOrEqual(leastMs);
    await subscription.drain();
  });

  it('stay with a handler that takes long', async () => {
    const { subject } = newEvent();
    const group = newGroup();
    const { events } = await processes.start({ ackWaitMs });
    const { events: idle } = await processes.start({ ackWaitMs });
    let deliveries = 0;
    let done = false;
    const handle = async (): Promise<void> => {
      deliveries += 1;
      await delay(1.5 * ackWaitMs);
      done = true;
    };
    const subscriptions = [events, idle].map((source) => source.subscribe(subject, group, handle));
    await events.publish(newEvent({}, subject));
    await eventually(() => done);
    expect(deliveries).toBe(1);
    await Promise.all(subscriptions.map((subscription) => subscription.drain()));
  });

  it('go to another member when the one that had them is gone without a word', async () => {
    const event = newEvent();
    const group = newGroup();
    const brief = { ackWaitMs: briefAckWaitMs };
    const [dying, heir] = await Promise.all([processes.start(brief), processes.start(brief)]);
    let taken = false;
    dying.events.subscribe(event.subject, group, () => {
      taken = true;
      return new Promise(() => undefined);
    });
    await publisher.publish(event);
    await eventually(() => taken);
    await dying.bus.connection.close();
    // It may come twice where the machine stands still for that long before the heir has said a word of it.
    const seen = new Set<string>();
    const subscription = heir.events.subscribe(event.subject, group, (bytes) =>
      Promise.resolve(void seen.add(idIn(bytes))),
    );
    await eventually(() => seen.size > 0);
    expect([...seen]).toEqual([event.id]);
    await subscription.drain();
  });

  it('are handled 64 at a time by one member, while others take what it has no hands for', async () => {
    const { subject } = newEvent();
    const group = newGroup();
    const [busy, other] = await Promise.all([processes.start(), processes.start()]);
    const gate = Promise.withResolvers<void>();
    const counts = { busy: 0, other: 0 };
    const subscriptions = [
      busy.events.subscribe(subject, group, () => {
        counts.busy += 1;
        return gate.promise;
      }),
    ];
    await Promise.all(Array.from({ length: 300 }, () => relay(publisher, newEvent({}, subject))));
    await eventually(() => counts.busy === 64);
    await delay(quietMs);
    expect(counts.busy).toBe(64);
    subscriptions.push(
      other.events.subscribe(subject, group, () => Promise.resolve(void (counts.other += 1))),
    );
    await eventually(() => counts.other === 236);
    gate.resolve();
    await Promise.all(subscriptions.map((subscription) => subscription.drain()));
    expect(counts).toEqual({ busy: 64, other: 236 });
  });

  it('lose none, and hold none up, while members leave and come under load', async () => {
    const { subject } = newEvent();
    const group = newGroup();
    const effects = new Set<string>();
    let deliveries = 0;
    const join = async () => {
      const { bus, events } = await processes.start();
      let left = false;
      const subscription = events.subscribe(subject, group, async (bytes) => {
        expect(left).toBe(false);
        deliveries += 1;
        await delay(5 * Math.random());
        effects.add(idIn(bytes));
      });
      return async () => {
        await subscription.drain();
        left = true;
        await bus.close();
      };
    };
    const ids = new Set<string>();
    const publishing = (async () => {
      for (let count = 0; count < 500; count += 10) {
        const batch = Array.from({ length: 10 }, () => newEvent({}, subject));
        for (const { id } of batch) ids.add(id);
        await Promise.all(batch.map((event) => relay(publisher, event)));
        await delay(60);
      }
    })();
    let leave = await join();
    for (let round = 0; round < 5; round += 1) {
      await delay(60);
      const next = await join();
      await leave();
      leave = next;
    }
    await publishing;
    // Half of the 30 s after which an event that somebody forgot would come again.
    await eventually(() => effects.size === 500, 15_000);
    expect(effects).toEqual(ids);
    expect(deliveries).toBe(500);
    await leave();
  });

  it('that a group has no handler for do not stay with it', async () => {
    const { bus, events } = await processes.start();
    const event = newEvent();
    const group = newGroup();
    let handled = false;
    const subscription = events.subscribe(event.subject, group, () => {
      handled = true;
      return Promise.resolve();
    });
    for (let count = 0; count < 50; count += 1) await publisher.publish(newEvent());
    await publisher.publish(event);
    await eventually(() => handled);
    await subscription.drain();
    const { consumers } = await jetstreamManager(bus.connection);
    expect(await consumers.info(streamName, group)).toMatchObject({ num_ack_pending: 0, num_pending: 0 });
  });
});
