import { Deleted, PageQuery, type CallContext } from '@hawser/contracts';
import {
  createWorkspaceServer,
  CreateWorkspaceServer,
  deleteWorkspaceServer,
  getWorkspaceServer,
  listWorkspaceServers,
  PatchWorkspaceServer,
  updateWorkspaceServer,
  WorkspaceServer,
  type WorkspaceServerPage,
} from '@hawser/contracts/bindings';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { BareArray } from '../../http/paged.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('Workspace servers')
@Controller('api/v1/integrations')
export class WorkspaceServersController {
  constructor(private readonly bus: BusClient) {}

  @Get()
  @Requires('tiers.read')
  @Operation('List the servers of a workspace', listWorkspaceServers, { answer: [WorkspaceServer] })
  @BareArray()
  list(@Query() page: PageQuery, @Caller() caller: CallContext): Promise<WorkspaceServerPage> {
    return this.bus.call(listWorkspaceServers, page, caller);
  }

  @Post()
  @Requires('workspace-servers.write')
  @Operation('Declare a server for a workspace', createWorkspaceServer, { status: 201 })
  create(@Body() body: CreateWorkspaceServer, @Caller() caller: CallContext): Promise<WorkspaceServer> {
    return this.bus.call(createWorkspaceServer, body, caller);
  }

  @Get(':integrationId')
  @Requires('tiers.read')
  @Operation('Get a server of a workspace', getWorkspaceServer)
  get(@Param('integrationId') server_id: string, @Caller() caller: CallContext): Promise<WorkspaceServer> {
    return this.bus.call(getWorkspaceServer, { server_id }, caller);
  }

  @Patch(':integrationId')
  @Requires('workspace-servers.write')
  @Operation('Change a server of a workspace', updateWorkspaceServer)
  update(
    @Param('integrationId') server_id: string,
    @Body() body: PatchWorkspaceServer,
    @Caller() caller: CallContext,
  ): Promise<WorkspaceServer> {
    return this.bus.call(updateWorkspaceServer, { ...body, server_id }, caller);
  }

  @Delete(':integrationId')
  @Requires('workspace-servers.write')
  @Operation('Delete a server, with all bindings to it and overrides of it', deleteWorkspaceServer)
  delete(@Param('integrationId') server_id: string, @Caller() caller: CallContext): Promise<Deleted> {
    return this.bus.call(deleteWorkspaceServer, { server_id }, caller);
  }
}
