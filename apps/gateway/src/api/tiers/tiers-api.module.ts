import { Module } from '@nestjs/common';
import { AgentBindingsController } from './agent-bindings.controller.js';
import { CrewServersController } from './crew-servers.controller.js';
import { ResolvedController } from './resolved.controller.js';
import { ServerTestsController } from './server-tests.controller.js';
import { ToolsController } from './tools.controller.js';
import { WorkspaceServersController } from './workspace-servers.controller.js';

@Module({
  controllers: [
    WorkspaceServersController,
    CrewServersController,
    ToolsController,
    ServerTestsController,
    ResolvedController,
    AgentBindingsController,
  ],
})
export class TiersApiModule {}
