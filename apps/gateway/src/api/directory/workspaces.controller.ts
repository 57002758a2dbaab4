import { Deleted, PageQuery, type CallContext } from '@hawser/contracts';
import {
  CreatedWorkspace,
  createWorkspace,
  CreateWorkspace,
  deleteWorkspace,
  getWorkspace,
  listWorkspaces,
  PatchWorkspace,
  updateWorkspace,
  Workspace,
  WorkspacePage,
} from '@hawser/contracts/directory';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Delete, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('Workspaces')
@Controller('api/v1/workspaces')
export class WorkspacesController {
  constructor(private readonly bus: BusClient) {}

  @Post()
  @Requires('workspaces.create', 'token')
  @Operation("Make a workspace of one's own, with a token for it", createWorkspace, { status: 201 })
  create(@Body() body: CreateWorkspace, @Caller() caller: CallContext): Promise<CreatedWorkspace> {
    return this.bus.call(createWorkspace, body, caller);
  }

  @Get()
  @Requires('directory.read', 'token')
  @Operation('List the workspaces that the token reaches', listWorkspaces)
  list(@Query() page: PageQuery, @Caller() caller: CallContext): Promise<WorkspacePage> {
    return this.bus.call(listWorkspaces, page, caller);
  }

  @Get(':workspaceId')
  @Requires('directory.read', 'path')
  @Operation('Get a workspace', getWorkspace)
  get(@Caller() caller: CallContext): Promise<Workspace> {
    return this.bus.call(getWorkspace, {}, caller);
  }

  @Patch(':workspaceId')
  @Requires('workspace.write', 'path')
  @Operation('Change a workspace', updateWorkspace)
  update(@Body() body: PatchWorkspace, @Caller() caller: CallContext): Promise<Workspace> {
    return this.bus.call(updateWorkspace, body, caller);
  }

  @Delete(':workspaceId')
  @Requires('workspace.delete', 'path')
  @Operation('Delete a workspace with everything in it', deleteWorkspace)
  delete(@Caller() caller: CallContext): Promise<Deleted> {
    return this.bus.call(deleteWorkspace, {}, caller);
  }
}
