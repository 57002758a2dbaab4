import { EgressPolicy } from '@hawser/egress';
import { BusClient, type Bus } from '@hawser/messaging';
import {
  DepartedTenantRepository,
  PersistenceModule,
  TenantRows,
  TenantService,
  type DatabaseOptions,
  type EventPublisher,
} from '@hawser/persistence';
import { Module, type DynamicModule } from '@nestjs/common';
import { AgentBindingHandler } from './agent-bindings/agent-binding.handler.js';
import { AgentBindingRepository } from './agent-bindings/agent-binding.repository.js';
import { AgentBindingService } from './agent-bindings/agent-binding.service.js';
import { CredentialCheck } from './agent-bindings/credential-check.js';
import { CredentialUsageHandler } from './credential-usage/credential-usage.handler.js';
import { CredentialUsageRepository } from './credential-usage/credential-usage.repository.js';
import { CredentialUsageService } from './credential-usage/credential-usage.service.js';
import { CredentialSource } from './resolver/credential-source.js';
import { ResolverHandler } from './resolver/resolver.handler.js';
import { ResolverRepository } from './resolver/resolver.repository.js';
import { ResolverService } from './resolver/resolver.service.js';
import { CrewServerHandler } from './servers/crew-server.handler.js';
import { CrewServerRepository } from './servers/crew-server.repository.js';
import { CrewServerService } from './servers/crew-server.service.js';
import { MadeCredentials } from './servers/made-credentials.js';
import { WorkspaceServerHandler } from './servers/workspace-server.handler.js';
import { WorkspaceServerRepository } from './servers/workspace-server.repository.js';
import { WorkspaceServerService } from './servers/workspace-server.service.js';
import { TenantHandler } from './tenants/tenant.handler.js';
import { TenantRepository } from './tenants/tenant.repository.js';
import { ToolHandler } from './tools/tool.handler.js';
import { ToolRepository } from './tools/tool.repository.js';
import { ToolService } from './tools/tool.service.js';

export interface BindingsParts {
  database: DatabaseOptions;
  publisher: EventPublisher;
  /** How it reaches the vault. */
  bus: Bus;
  /** Networks (CIDR) that endpoints may be in although they are not public. */
  egressAllow: readonly string[];
}

/** Workspace servers, crew servers, agent bindings, tool states, and what they come to for one agent. */
@Module({
  controllers: [
    WorkspaceServerHandler,
    CrewServerHandler,
    AgentBindingHandler,
    ToolHandler,
    ResolverHandler,
    CredentialUsageHandler,
    TenantHandler,
  ],
  providers: [
    WorkspaceServerService,
    WorkspaceServerRepository,
    CrewServerService,
    CrewServerRepository,
    MadeCredentials,
    AgentBindingService,
    AgentBindingRepository,
    CredentialCheck,
    ToolService,
    ToolRepository,
    ResolverService,
    ResolverRepository,
    CredentialSource,
    CredentialUsageService,
    CredentialUsageRepository,
    TenantService,
    DepartedTenantRepository,
    { provide: TenantRows, useClass: TenantRepository },
  ],
})
export class BindingsModule {
  static register({ database, publisher, bus, egressAllow }: BindingsParts): DynamicModule {
    return {
      module: BindingsModule,
      imports: [PersistenceModule.register(database, publisher)],
      providers: [
        { provide: BusClient, useValue: new BusClient(bus) },
        { provide: EgressPolicy, useValue: EgressPolicy.allowing(egressAllow) },
      ],
    };
  }
}
