import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@hawser/testing/eventually';
import { PayloadTooLargeError } from '../bus.js';
import { type EventEnvelope, type EventSource, maxEventBytes } from '../events.js';

export interface Events extends EventSource {
  publish(envelope: EventEnvelope): Promise<void>;
}

/** One kind of events under test: `connect` makes what one process has. */
export interface EventsTransport {
  connect(): Promise<Events>;
  stop(): Promise<void>;
}

const retryMs = 20;
/** Long enough for what must not come to come. */
const quietMs = 300;

/** An event of its own subject, unless it is given one: a NATS server may be shared. */
export function newEvent(
  data: object = {},
  subject = `hawser.events.probe-${randomUUID()}.thing.told.v1`,
): EventEnvelope {
  return {
    id: `evt_${randomUUID()}`,
    subject,
    occurred_at: '2026-01-02T03:04:05.000Z',
    workspace_id: 'ws_1',
    actor: { kind: 'user', id: 'tok_1' },
    request_id: 'req_1',
    data,
  };
}

export function newGroup(): string {
  return `group-${randomUUID()}`;
}

export function idIn(bytes: Uint8Array): string {
  return (JSON.parse(Buffer.from(bytes).toString()) as EventEnvelope).id;
}

/** Publishes as the outbox does: the same event again until it has worked. */
export async function relay(events: Events, envelope: EventEnvelope): Promise<void> {
  for (;;) {
    const worked = await events.publish(envelope).then(
      () => true,
      () => false,
    );
    if (worked) return;
    await delay(retryMs);
  }
}

/** What every way of carrying events promises to an outbox and to consumers. */
export function describeEvents(name: string, start: () => Promise<EventsTransport>): void {
  describe(`${name}, as events`, () => {
    let transport: EventsTransport;
    let publisher: Events;
    let first: Events;
    let second: Events;
    let drains: (() => Promise<void>)[];

    beforeAll(async () => {
      transport = await start();
      [publisher, first, second] = await Promise.all([
        transport.connect(),
        transport.connect(),
        transport.connect(),
      ]);
    });
    beforeEach(() => (drains = []));
    afterEach(() => Promise.all(drains.map((drain) => drain())));
    afterAll(() => transport.stop());

    const subscribe = (events: Events, subject: string, group: string, handle: (id: string) => unknown) => {
      const subscription = events.subscribe(
        subject,
        group,
        async (bytes) => void (await handle(idIn(bytes))),
      );
      drains.push(() => subscription.drain());
      return subscription;
    };

    it('count as published where nobody listens', async () => {
      await publisher.publish(newEvent());
    });

    it('reach every group, and one member of each', async () => {
      const event = newEvent();
      const [shared, alone] = [newGroup(), newGroup()];
      const seen: string[] = [];
      subscribe(first, event.subject, shared, () => seen.push('shared'));
      subscribe(second, event.subject, shared, () => seen.push('shared'));
      subscribe(second, event.subject, alone, () => seen.push('alone'));
      await relay(publisher, event);
      await eventually(() => seen.length >= 2);
      await delay(quietMs);
      expect(seen.sort()).toEqual(['alone', 'shared']);
    });

    it('are shared by the members of a group', async () => {
      const { subject } = newEvent();
      const group = newGroup();
      const counts = [0, 0];
      // Whoever has many waits until the other one has its share too: one of them may join much later.
      const shared = Promise.withResolvers<void>();
      [first, second].forEach((events, index) =>
        subscribe(events, subject, group, () => {
          counts[index] = (counts[index] ?? 0) + 1;
          if (counts.every((count) => count > 20)) shared.resolve();
          return shared.promise;
        }),
      );
      await Promise.all(Array.from({ length: 400 }, () => relay(publisher, newEvent({}, subject))));
      await eventually(() => counts.reduce((sum, count) => sum + count) >= 400);
      expect(counts).toEqual([expect.any(Number), expect.any(Number)]);
      expect(counts[0]! + counts[1]!).toBe(400);
      await shared.promise;
    });

    it('arrive as the JSON of their envelope, in bytes of their own', async () => {
      const event = newEvent({ text: 'héllo ✓', list: [1, null], nested: { '': '\u0000' } });
      const seen: Uint8Array[] = [];
      for (const group of [newGroup(), newGroup()]) {
        const subscription = first.subscribe(event.subject, group, (bytes) =>
          Promise.resolve(void seen.push(bytes)),
        );
        drains.push(() => subscription.drain());
      }
      await relay(publisher, event);
      await eventually(() => seen.length === 2);
      for (const bytes of seen) expect(JSON.parse(Buffer.from(bytes).toString())).toEqual(event);
      seen[0]?.fill(0);
      expect(seen[1]?.[0]).toBe('{'.charCodeAt(0));
    });

    it('reach only the handlers of their subject', async () => {
      const [one, other, unheard] = [newEvent(), newEvent(), newEvent()];
      const group = newGroup();
      const seen: string[] = [];
      subscribe(first, one.subject, group, (id) => seen.push(`one ${id}`));
      subscribe(first, other.subject, group, (id) => seen.push(`other ${id}`));
      for (const event of [unheard, other, one]) await relay(publisher, event);
      await eventually(() => seen.length >= 2);
      expect(seen.sort()).toEqual([`one ${one.id}`, `other ${other.id}`].sort());
    });

    it('come again to a consumer that failed, until it is done, and hold up nobody else', async () => {
      const event = newEvent();
      const later = newEvent({}, event.subject);
      const [failing, fine] = [newGroup(), newGroup()];
      const seen: string[] = [];
      let failures = 2;
      subscribe(first, event.subject, failing, (id) => {
        if (id === event.id && failures > 0) {
          failures -= 1;
          throw new Error('not today');
        }
        seen.push(`failing ${id}`);
      });
      subscribe(second, event.subject, fine, (id) => seen.push(`fine ${id}`));
      const done = Promise.all([relay(publisher, event), relay(publisher, later)]);
      await eventually(() => seen.includes(`fine ${event.id}`) && seen.includes(`failing ${later.id}`));
      await done;
      await eventually(() => seen.includes(`failing ${event.id}`));
      expect(failures).toBe(0);
    });

    it('never run a consumer inside the publisher', async () => {
      const event = newEvent();
      let handled = false;
      subscribe(first, event.subject, newGroup(), () => (handled = true));
      const published = publisher.publish(event);
      expect(handled).toBe(false);
      await published;
      await eventually(() => handled);
    });

    it('are finished by a consumer that leaves, which takes no more; they wait for its return', async () => {
      const begun = newEvent();
      const missed = newEvent({}, begun.subject);
      const group = newGroup();
      const seen: string[] = [];
      const leaving = subscribe(first, begun.subject, group, async (id) => {
        seen.push(`begun ${id}`);
        await delay(200);
        seen.push(`done ${id}`);
      });
      const published = relay(publisher, begun);
      await eventually(() => seen.length > 0);
      await Promise.all([leaving.drain(), leaving.drain()]);
      expect(seen).toEqual([`begun ${begun.id}`, `done ${begun.id}`]);
      await published;
      const waiting = relay(publisher, missed);
      await delay(quietMs);
      expect(seen).toHaveLength(2);
      subscribe(second, begun.subject, group, (id) => seen.push(`back ${id}`));
      await waiting;
      await eventually(() => seen.length === 3);
      expect(seen[2]).toBe(`back ${missed.id}`);
    });

    it('may be as long as a bus carries, and are refused when they are a byte longer', async () => {
      const event = newEvent({ text: '' });
      const room = maxEventBytes - JSON.stringify(event).length;
      let bytes = 0;
      const subscription = first.subscribe(event.subject, newGroup(), (envelope) => {
        bytes = envelope.byteLength;
        return Promise.resolve();
      });
      drains.push(() => subscription.drain());
      await relay(publisher, { ...event, data: { text: 'x'.repeat(room) } });
      await eventually(() => bytes > 0);
      expect(bytes).toBe(maxEventBytes);
      const longer = publisher.publish({ ...newEvent(), ...event, data: { text: 'x'.repeat(room + 1) } });
      await expect(longer).rejects.toBeInstanceOf(PayloadTooLargeError);
    });

    it('are refused when their data has no JSON form', async () => {
      await expect(publisher.publish(newEvent({ count: 1n }))).rejects.toBeInstanceOf(TypeError);
    });
  });
}
