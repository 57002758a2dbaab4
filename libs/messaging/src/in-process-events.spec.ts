import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { PayloadTooLargeError } from './bus.js';
import type { EventEnvelope } from './events.js';
import { EventDeliveryError, InProcessEvents } from './in-process-events.js';

Logger.overrideLogger(false);

const envelope: EventEnvelope = {
  id: 'evt_1',
  subject: 'hawser.events.oracle.question.told.v1',
  occurred_at: '2026-01-02T03:04:05.000Z',
  workspace_id: 'ws_1',
  actor: { kind: 'user', id: 'tok_1' },
  request_id: 'req_1',
  data: { text: 'a' },
};

describe('events within a process', () => {
  it('count as delivered where nobody listens', async () => {
    await new InProcessEvents().publish(envelope);
  });

  it('reach every group, and one member of each in turn', async () => {
    const events = new InProcessEvents();
    const seen: string[] = [];
    for (const [group, member] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['b', 'b1'],
    ] as const) {
      events.subscribe(envelope.subject, group, () => Promise.resolve(void seen.push(member)));
    }
    await events.publish(envelope);
    await events.publish(envelope);
    expect(seen.sort()).toEqual(['a1', 'a2', 'b1', 'b1']);
  });

  it('arrive as bytes of their own', async () => {
    const events = new InProcessEvents();
    const seen: Uint8Array[] = [];
    for (const group of ['a', 'b']) {
      events.subscribe(envelope.subject, group, (bytes) => Promise.resolve(void seen.push(bytes)));
    }
    await events.publish(envelope);
    expect(seen.map((bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown)).toEqual([
      envelope,
      envelope,
    ]);
    seen[0]?.fill(0);
    expect(seen[1]?.[0]).not.toBe(0);
  });

  it('wait for every consumer, and never run one inside the publisher', async () => {
    const events = new InProcessEvents();
    let done = false;
    events.subscribe(envelope.subject, 'a', async () => {
      await delay(30);
      done = true;
    });
    const published = events.publish(envelope);
    expect(done).toBe(false);
    await published;
    expect(done).toBe(true);
  });

  it('fail naming the consumers that failed, after the others are done', async () => {
    const events = new InProcessEvents();
    let done = false;
    events.subscribe(envelope.subject, 'fine', async () => {
      await delay(20);
      done = true;
    });
    events.subscribe(envelope.subject, 'broken', () => Promise.reject(new Error('no')));
    const failure: unknown = await events.publish(envelope).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EventDeliveryError);
    expect(failure).toMatchObject({
      message: 'event evt_1 was not taken by broken: no',
      failures: [{ group: 'broken', reason: new Error('no') }],
    });
    expect(done).toBe(true);
  });

  it('fail naming a consumer that is too slow', async () => {
    const events = new InProcessEvents(20);
    events.subscribe(envelope.subject, 'slow', () => delay(60));
    await expect(events.publish(envelope)).rejects.toThrow('slow: took longer than 20 ms');
    await delay(60);
  });

  it('wait for the return of a group that has left', async () => {
    const events = new InProcessEvents();
    const subscription = events.subscribe(envelope.subject, 'a', () => Promise.resolve());
    await subscription.drain();
    await expect(events.publish(envelope)).rejects.toThrow('a: has stopped listening');
    events.subscribe(envelope.subject, 'a', () => Promise.resolve());
    await events.publish(envelope);
  });

  it('finish what a leaving consumer has begun', async () => {
    const events = new InProcessEvents();
    let done = false;
    const subscription = events.subscribe(envelope.subject, 'a', async () => {
      await delay(30);
      done = true;
    });
    const published = events.publish(envelope);
    await subscription.drain();
    expect(done).toBe(true);
    await published;
  });

  it('refuse an envelope that no bus would carry', async () => {
    const huge = { ...envelope, data: { text: 'x'.repeat(9 * 1024 * 1024) } };
    await expect(new InProcessEvents().publish(huge)).rejects.toBeInstanceOf(PayloadTooLargeError);
  });
});
