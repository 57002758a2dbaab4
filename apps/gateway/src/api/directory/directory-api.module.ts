import { Module } from '@nestjs/common';
import { AgentsController } from './agents.controller.js';
import { AuditController } from './audit.controller.js';
import { CrewsController } from './crews.controller.js';
import { MeController } from './me.controller.js';
import { MembersController } from './members.controller.js';
import { TokensController } from './tokens.controller.js';
import { WorkspacesController } from './workspaces.controller.js';

@Module({
  controllers: [
    WorkspacesController,
    MembersController,
    CrewsController,
    AgentsController,
    TokensController,
    MeController,
    AuditController,
  ],
})
export class DirectoryApiModule {}
