import { type CallContext } from '@hawser/contracts';
import {
  listTools,
  PatchTool,
  RefreshedTools,
  RefreshTools,
  refreshTools,
  ToolState,
  upsertTool,
} from '@hawser/contracts/bindings';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('Tool states')
@Controller('api/v1/crews/:crewId/integrations/:integrationId/tools')
export class ToolsController {
  constructor(private readonly bus: BusClient) {}

  @Get()
  @Requires('tiers.read')
  @Operation("List the tools of a crew's server that have been seen or switched", listTools)
  list(
    @Param('crewId') crew_id: string,
    @Param('integrationId') server_id: string,
    @Caller() caller: CallContext,
  ): Promise<ToolState[]> {
    return this.bus.call(listTools, { crew_id, server_id }, caller);
  }

  @Patch(':toolName')
  @Requires('tool-states.write')
  @Operation('Switch a tool on or off for a crew, or describe it', upsertTool)
  upsert(
    @Param('crewId') crew_id: string,
    @Param('integrationId') server_id: string,
    @Param('toolName') tool_name: string,
    @Body() body: PatchTool,
    @Caller() caller: CallContext,
  ): Promise<ToolState> {
    return this.bus.call(upsertTool, { ...body, crew_id, server_id, tool_name }, caller);
  }

  @Post('refresh')
  @Requires('tool-states.write')
  @Operation('Record the tools that a server was seen to have', refreshTools)
  refresh(
    @Param('crewId') crew_id: string,
    @Param('integrationId') server_id: string,
    @Body() body: RefreshTools,
    @Caller() caller: CallContext,
  ): Promise<RefreshedTools> {
    return this.bus.call(refreshTools, { ...body, crew_id, server_id }, caller);
  }
}
