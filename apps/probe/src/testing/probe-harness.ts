import { randomUUID } from 'node:crypto';
import type { CallContext } from '@hawser/contracts';
import type { RefreshedTools, ResolvedServer } from '@hawser/contracts/bindings';
import { refreshToolsFromServer, testServer, type ServerTest } from '@hawser/contracts/probe';
import { Egress, EgressPolicy } from '@hawser/egress';
import { BusClient, MemoryHub } from '@hawser/messaging';
import type { INestMicroservice } from '@nestjs/common';
import { ProbeModule } from '../app.module.js';
import type { SlotLimits } from '../mcp/slots.js';
import { FakeBindings, serve } from './fake-bindings.js';

/** The service as it runs in standalone, which may go to 127.0.0.1 and the internet, beside a fake `bindings`. */
export class ProbeHarness {
  private constructor(
    private readonly apps: INestMicroservice[],
    private readonly client: BusClient,
    readonly bindings: FakeBindings,
  ) {}

  static async start(slots?: SlotLimits): Promise<ProbeHarness> {
    const hub = new MemoryHub();
    const bindings = new FakeBindings();
    const egress = new Egress({ policy: EgressPolicy.allowing(['127.0.0.1/32']) });
    const apps = [
      await bindings.start(hub.connect()),
      await serve(ProbeModule.register({ bus: hub.connect(), egress, slots }), hub.connect(), 'probe'),
    ];
    return new ProbeHarness(apps, new BusClient(hub.connect()), bindings);
  }

  async stop(): Promise<void> {
    for (const app of this.apps) await app.close();
  }

  /** Tries a server out, as the gateway would for a caller. */
  test(fields: Partial<ResolvedServer>, caller: Partial<CallContext> = {}): Promise<ServerTest> {
    return this.client.call(
      testServer,
      { server_id: this.bindings.add(fields) },
      { ...anybody(), ...caller },
    );
  }

  testAt(endpoint: string, headers?: Record<string, string>): Promise<ServerTest> {
    return this.test({ endpoint, ...(headers !== undefined && { headers }) });
  }

  testUnknown(): Promise<ServerTest> {
    return this.client.call(testServer, { server_id: 'srv_unknown' }, anybody());
  }

  refresh(fields: Partial<ResolvedServer>): Promise<RefreshedTools> {
    const server_id = this.bindings.add({ scope: 'crew', ...fields });
    return this.client.call(refreshToolsFromServer, { crew_id: 'crew_1', server_id }, anybody());
  }
}

function anybody(): CallContext {
  const actor = { kind: 'user' as const, id: 'tok_test', user_id: 'usr_test', role: 'MEMBER' as const };
  return { requestId: randomUUID(), workspaceId: 'ws_test', actor };
}
