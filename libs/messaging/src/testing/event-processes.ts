import { JetStreamEvents } from '../jetstream-events.js';
import { NatsBus } from '../nats-bus.js';

export interface EventProcess {
  bus: NatsBus;
  events: JetStreamEvents;
}

/** Connections to one NATS server as so many processes have them; a test closes them all together. */
export class EventProcesses {
  private readonly buses: NatsBus[] = [];

  constructor(private readonly url: string) {}

  async start(options?: { ackWaitMs?: number }): Promise<EventProcess> {
    const bus = await NatsBus.connect({ url: this.url, name: 'test' });
    this.buses.push(bus);
    return { bus, events: JetStreamEvents.over(bus, options) };
  }

  async stop(): Promise<void> {
    await Promise.all(this.buses.splice(0).map((bus) => bus.close()));
  }
}
