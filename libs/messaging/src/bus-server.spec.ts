import { Controller, type Type } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { cancellationSubject } from './cancellation/cancellation-message.js';
import type { EventEnvelope } from './events.js';
import { InProcessEvents } from './in-process-events.js';
import { MemoryHub } from './memory-bus.js';
import { serviceOf } from './service-of.js';
import { holding } from './testing/holding.js';
import { happened, hold } from './testing/probe.contracts.js';
import { ProbeController } from './testing/probe.controller.js';
import { type ProbeService, startService } from './testing/probe.service.js';
import { RecordedLog } from './testing/recorded-log.js';

@Controller()
class Untyped {
  @MessagePattern('hawser.untyped')
  untyped(): Promise<string> {
    return Promise.resolve('');
  }
}

const envelope: EventEnvelope = {
  id: 'evt_1',
  subject: happened.subject,
  occurred_at: '2026-01-02T03:04:05.000Z',
  workspace_id: 'ws_1',
  actor: { kind: 'user', id: 'tok_1' },
  request_id: 'req_1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  data: { text: 'told' },
};

describe('a service of Nest that consumes events', () => {
  const bus = new MemoryHub().connect();
  const events = new InProcessEvents();
  let services: ProbeService[];
  let log: RecordedLog;

  beforeAll(async () => {
    services = [
      await startService(bus, { service: 'first', events }),
      await startService(bus, { service: 'second', events }),
    ];
    log = RecordedLog.install();
  });
  beforeEach(() => {
    ProbeController.events.length = 0;
    log.take();
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.close()));
    await bus.close();
  });

  it('gets data as an instance of its class, and what is known of the event', async () => {
    await events.publish(envelope);
    expect(ProbeController.events).toHaveLength(2);
    const [{ order, event } = { order: undefined, event: undefined }] = ProbeController.events;
    expect(order).toBeInstanceOf(happened.data);
    expect(event).toEqual({
      id: 'evt_1',
      subject: happened.subject,
      occurredAt: new Date('2026-01-02T03:04:05.000Z'),
      workspaceId: 'ws_1',
      actor: { kind: 'user', id: 'tok_1' },
      requestId: 'req_1',
      traceparent: envelope.traceparent,
    });
  });

  it('makes the publisher fail by failing, and is named', async () => {
    ProbeController.failNextEvents = 1;
    await expect(events.publish(envelope)).rejects.toThrow(/was not taken by (first|second): not today$/);
    expect(ProbeController.events).toHaveLength(1);
    expect(log.take()).toContain('failed on event evt_1');
  });

  it.each([
    ['data that breaks its rules', { data: { text: 5 } }],
    ['no data', { data: null }],
    ['no workspace', { workspace_id: undefined }],
    ['no actor', { actor: {} }],
    ['a date that is none', { occurred_at: 'yesterday' }],
  ])('drops an event with %s and logs it', async (_, change) => {
    await events.publish({ ...envelope, ...change } as EventEnvelope);
    expect(ProbeController.events).toEqual([]);
    expect(log.take()).toContain(`dropped an event of ${happened.subject}`);
  });

  it('is refused without a source of events', async () => {
    await expect(startService(bus, { events: undefined })).rejects.toThrow('was given no events');
  });

  it('is refused with a handler that has no contract', async () => {
    await expect(startService(bus, { controllers: [Untyped] })).rejects.toThrow(
      'needs @Handles or @Consumes',
    );
  });
});

describe('a service of Nest and the calls that can be cancelled', () => {
  const subject = cancellationSubject(serviceOf(hold.subject));
  const listenersWith = async (controllers: Type[]): Promise<number[]> => {
    const hub = new MemoryHub();
    const service = await startService(hub.connect(), { controllers });
    const listening = hub.listeners.of(subject).length;
    await service.close();
    return [listening, hub.listeners.of(subject).length];
  };

  it('listens once for those that were, until it closes', async () => {
    expect(await listenersWith(holding().controllers)).toEqual([1, 0]);
  });

  it('listens to nothing where none can be', async () => {
    expect(await listenersWith([ProbeController])).toEqual([0, 0]);
  });
});
