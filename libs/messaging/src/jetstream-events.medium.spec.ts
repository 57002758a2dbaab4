import { eventually } from '@hawser/testing/eventually';
import { Logger } from '@nestjs/common';
import { JetStreamEvents } from './jetstream-events.js';
import { NatsBus } from './nats-bus.js';
import { describeEvents, type EventsTransport, newEvent, newGroup } from './testing/events-suite.js';
import { happened } from './testing/probe.contracts.js';
import { ProbeController } from './testing/probe.controller.js';
import { startService } from './testing/probe.service.js';

// Set by the medium tests' global setup, which starts a server if there is none.
const url = process.env.NATS_URL;
if (url === undefined) throw new Error('NATS_URL is not set: run these tests as `npm test` does');

Logger.overrideLogger(false);

function start(): Promise<EventsTransport> {
  const buses: NatsBus[] = [];
  return Promise.resolve({
    connect: async () => {
      const bus = await NatsBus.connect({ url: url as string, name: 'test' });
      buses.push(bus);
      return JetStreamEvents.over(bus);
    },
    stop: async () => void (await Promise.all(buses.map((bus) => bus.close()))),
  });
}

describeEvents('JetStream', start);

describe('a service of Nest that consumes from JetStream', () => {
  it('gets an event again on which it failed', async () => {
    const transport = await start();
    const bus = await NatsBus.connect({ url, name: 'service' });
    const service = await startService(bus, { service: newGroup(), events: JetStreamEvents.over(bus) });
    const publisher = await transport.connect();
    ProbeController.failNextEvents = 1;
    const event = newEvent({ text: 'told' }, happened.subject);
    await publisher.publish(event);
    await eventually(() => ProbeController.events.length === 1);
    expect(ProbeController.failNextEvents).toBe(0);
    expect(ProbeController.events[0]).toMatchObject({ order: { text: 'told' }, event: { id: event.id } });
    await service.close();
    await Promise.all([bus.close(), transport.stop()]);
  });
});
