import { Egress } from '@hawser/egress';
import { BusClient, type Bus } from '@hawser/messaging';
import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { McpProber } from './mcp/mcp-prober.js';
import { ProbeSlots, type SlotLimits } from './mcp/slots.js';
import { OAuthDiscoveryHandler } from './oauth/oauth-discovery.handler.js';
import { OAuthDiscoveryService } from './oauth/oauth-discovery.service.js';
import { ServerTestHandler } from './servers/server-test.handler.js';
import { ServerTestService } from './servers/server-test.service.js';
import { ToolRefreshHandler } from './tools/tool-refresh.handler.js';
import { ToolRefreshService } from './tools/tool-refresh.service.js';

export interface ProbeParts {
  /** How it reaches `bindings`. */
  bus: Bus;
  /** How it reaches everybody else; the module closes it. */
  egress: Egress;
  /** In place of those in limits.ts, for tests. */
  slots?: SlotLimits | undefined;
}

/** Tries out the servers that people name: handshakes, tool lists, and where to sign in. Keeps nothing. */
@Module({
  controllers: [ServerTestHandler, ToolRefreshHandler, OAuthDiscoveryHandler],
  providers: [ServerTestService, ToolRefreshService, OAuthDiscoveryService, McpProber],
})
export class ProbeModule implements OnApplicationShutdown {
  constructor(private readonly egress: Egress) {}

  static register({ bus, egress, slots }: ProbeParts): DynamicModule {
    return {
      module: ProbeModule,
      providers: [
        { provide: BusClient, useValue: new BusClient(bus) },
        { provide: Egress, useValue: egress },
        { provide: ProbeSlots, useValue: new ProbeSlots(slots) },
      ],
    };
  }

  /** Runs after the transports have drained, so that errands in flight still had their connections. */
  async onApplicationShutdown(): Promise<void> {
    await this.egress.close();
  }
}
