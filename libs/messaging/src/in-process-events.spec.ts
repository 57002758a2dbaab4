import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { register } from 'prom-client';
import type { EventEnvelope } from './events.js';
import { EventDeliveryError, InProcessEvents } from './in-process-events.js';
import { describeEvents } from './testing/events-suite.js';

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

describeEvents('a process', () => {
  const events = new InProcessEvents();
  return Promise.resolve({ connect: () => Promise.resolve(events), stop: () => Promise.resolve() });
});

describe('events within a process', () => {
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

  it('are counted as published or as failed', async () => {
    const counts = async (): Promise<Record<string, number>> => {
      const measured = await register.getSingleMetric('hawser_events_published_total')?.get();
      return Object.fromEntries(measured?.values.map(({ labels, value }) => [labels.outcome, value]) ?? []);
    };
    const before = await counts();
    const events = new InProcessEvents();
    events.subscribe(envelope.subject, 'broken', () => Promise.reject(new Error('no')));
    await expect(events.publish(envelope)).rejects.toThrow();
    await events.publish({ ...envelope, subject: `${envelope.subject}.other` });
    expect(await counts()).toEqual({ ok: (before.ok ?? 0) + 1, failed: (before.failed ?? 0) + 1 });
  });
});
