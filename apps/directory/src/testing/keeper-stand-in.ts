import type { AnyRpc, CallContext } from '@hawser/contracts';
import { tenantDeparted, type Departure } from '@hawser/contracts/directory';
import type { Bus, BusMessage, EventEnvelope, EventSource } from '@hawser/messaging';

interface Told extends Departure {
  workspaceId: string;
}

/** A service that has to forget what departs; it notes what it was told, and can be made to fail. */
export class KeeperStandIn {
  readonly toldDirectly: Told[] = [];
  readonly toldByEvent: Told[] = [];
  failsCalls = false;
  failsEvents = false;

  constructor(
    bus: Bus,
    events: EventSource,
    private readonly service: string,
    forgetTenant: AnyRpc,
  ) {
    bus.respond(forgetTenant.subject, service, (message) => Promise.resolve(this.answer(message)));
    events.subscribe(tenantDeparted.subject, service, (envelope) => this.consume(envelope));
  }

  private answer({ data, headers }: BusMessage): BusMessage {
    const departure = JSON.parse(Buffer.from(data).toString()) as Departure;
    if (this.failsCalls) {
      const error = { code: 'internal', message: `${this.service} is unwell`, details: {} };
      return { data: Buffer.from(JSON.stringify(error)), headers: { 'hawser-error': 'internal' } };
    }
    const { workspaceId = '' } = JSON.parse(headers['hawser-context'] ?? '') as CallContext;
    this.toldDirectly.push({ ...departure, workspaceId });
    return { data: new Uint8Array(0), headers: {} };
  }

  private consume(bytes: Uint8Array): Promise<void> {
    if (this.failsEvents) return Promise.reject(new Error(`${this.service} is unwell`));
    const { data, workspace_id } = JSON.parse(Buffer.from(bytes).toString()) as EventEnvelope;
    this.toldByEvent.push({ ...(data as Departure), workspaceId: workspace_id });
    return Promise.resolve();
  }
}
