import { EgressPolicy } from '@hawser/egress';
import { EventPublisher, PersistenceModule, type DatabaseOptions } from '@hawser/persistence';
import { Module, type DynamicModule } from '@nestjs/common';
import { AgentBindingHandler } from './agent-bindings/agent-binding.handler.js';
import { AgentBindingRepository } from './agent-bindings/agent-binding.repository.js';
import { AgentBindingService } from './agent-bindings/agent-binding.service.js';
import { ResolverHandler } from './resolver/resolver.handler.js';
import { ResolverRepository } from './resolver/resolver.repository.js';
import { ResolverService } from './resolver/resolver.service.js';
import { CrewServerHandler } from './servers/crew-server.handler.js';
import { CrewServerRepository } from './servers/crew-server.repository.js';
import { CrewServerService } from './servers/crew-server.service.js';
import { WorkspaceServerHandler } from './servers/workspace-server.handler.js';
import { WorkspaceServerRepository } from './servers/workspace-server.repository.js';
import { WorkspaceServerService } from './servers/workspace-server.service.js';
import { TenantHandler } from './tenants/tenant.handler.js';
import { TenantRepository } from './tenants/tenant.repository.js';
import { TenantService } from './tenants/tenant.service.js';
import { ToolHandler } from './tools/tool.handler.js';
import { ToolRepository } from './tools/tool.repository.js';
import { ToolService } from './tools/tool.service.js';

/** Workspace servers, crew servers, agent bindings, tool states, and what they come to for one agent. */
@Module({
  controllers: [
    WorkspaceServerHandler,
    CrewServerHandler,
    AgentBindingHandler,
    ToolHandler,
    ResolverHandler,
    TenantHandler,
  ],
  providers: [
    WorkspaceServerService,
    WorkspaceServerRepository,
    CrewServerService,
    CrewServerRepository,
    AgentBindingService,
    AgentBindingRepository,
    ToolService,
    ToolRepository,
    ResolverService,
    ResolverRepository,
    TenantService,
    TenantRepository,
  ],
})
export class BindingsModule {
  /** @param egressAllow networks (CIDR) that endpoints may be in although they are not public */
  static register(
    database: DatabaseOptions,
    publisher: EventPublisher,
    egressAllow: readonly string[] = [],
  ): DynamicModule {
    return {
      module: BindingsModule,
      imports: [PersistenceModule.register(database, publisher)],
      providers: [{ provide: EgressPolicy, useValue: EgressPolicy.allowing(egressAllow) }],
    };
  }
}
