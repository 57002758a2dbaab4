import { Broadcasts, BusClient, type Bus } from '@hawser/messaging';
import { EventPublisher, PersistenceModule, type DatabaseOptions } from '@hawser/persistence';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccessHandler } from './access/access.handler.js';
import { AccessRepository } from './access/access.repository.js';
import { AccessService } from './access/access.service.js';
import { AgentHandler } from './agents/agent.handler.js';
import { AgentRepository } from './agents/agent.repository.js';
import { AgentService } from './agents/agent.service.js';
import { AuditHandler } from './audit/audit.handler.js';
import { AuditRepository } from './audit/audit.repository.js';
import { AuditService } from './audit/audit.service.js';
import { ChangeService } from './changes/change.service.js';
import { CrewHandler } from './crews/crew.handler.js';
import { CrewRepository } from './crews/crew.repository.js';
import { CrewService } from './crews/crew.service.js';
import { Bootstrap } from './demo/bootstrap.js';
import { DemoRepository } from './demo/demo.repository.js';
import { DemoService } from './demo/demo.service.js';
import { DepartureService } from './departures/departure.service.js';
import { HealthHandler } from './health/health.handler.js';
import { HealthRepository } from './health/health.repository.js';
import { HealthService } from './health/health.service.js';
import { MemberHandler } from './members/member.handler.js';
import { MemberRepository } from './members/member.repository.js';
import { MemberService } from './members/member.service.js';
import { TokenHandler } from './tokens/token.handler.js';
import { TokenRepository } from './tokens/token.repository.js';
import { TokenService } from './tokens/token.service.js';
import { SandboxService } from './workspaces/sandbox.service.js';
import { WorkspaceHandler } from './workspaces/workspace.handler.js';
import { WorkspaceRepository } from './workspaces/workspace.repository.js';
import { WorkspaceService } from './workspaces/workspace.service.js';

/** Workspaces, members, crews, agents, tokens and the audit log; who a caller is. */
@Module({
  controllers: [
    AccessHandler,
    WorkspaceHandler,
    MemberHandler,
    CrewHandler,
    AgentHandler,
    TokenHandler,
    AuditHandler,
    HealthHandler,
  ],
  providers: [
    AccessService,
    AccessRepository,
    WorkspaceService,
    WorkspaceRepository,
    SandboxService,
    MemberService,
    MemberRepository,
    CrewService,
    CrewRepository,
    AgentService,
    AgentRepository,
    TokenService,
    TokenRepository,
    AuditService,
    AuditRepository,
    ChangeService,
    DepartureService,
    DemoService,
    Bootstrap,
    DemoRepository,
    HealthService,
    HealthRepository,
  ],
})
export class DirectoryModule {
  /** `bus` is how it reaches the others. */
  static register(database: DatabaseOptions, publisher: EventPublisher, bus: Bus): DynamicModule {
    return {
      module: DirectoryModule,
      imports: [PersistenceModule.register(database, publisher)],
      providers: [
        { provide: BusClient, useValue: new BusClient(bus) },
        { provide: Broadcasts, useValue: new Broadcasts(bus) },
      ],
    };
  }
}
