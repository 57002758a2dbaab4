import { type CallContext } from '@hawser/contracts';
import {
  listTools,
  PatchTool,
  RefreshedTools,
  refreshTools,
  ToolState,
  upsertTool,
} from '@hawser/contracts/bindings';
import { refreshToolsFromServer } from '@hawser/contracts/probe';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { OptionalBody } from '../../http/optional-body.js';
import { Operation } from '../../openapi/operation.js';
import { RefreshToolsBody, RefreshToolsQuery, sentTools } from './refresh-tools.request.js';

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
  @OptionalBody(RefreshToolsBody)
  @Operation(
    "Record the tools of a crew's server: those that are sent, or those that it says it has",
    refreshTools,
    {
      description:
        'In one of two ways. With `tools` in the body, such as the test of the server answers, these are recorded ' +
        'and the server is not asked. With `?probe=true` and no body, Hawser connects to the server and asks it for ' +
        'its tools; that takes up to 15 s, and where the server cannot be used the answer is 502 upstream_failed ' +
        'with what was found, and nothing is recorded. A stdio server cannot be asked (400). Either way a new tool ' +
        'is switched on, a known one keeps its switch, and one that is missing stays.',
      errors: refreshToolsFromServer.errors,
    },
  )
  refresh(
    @Param('crewId') crew_id: string,
    @Param('integrationId') server_id: string,
    @Query() query: RefreshToolsQuery,
    @Body() body: RefreshToolsBody,
    @Caller({ untilGone: true }) caller: CallContext,
  ): Promise<RefreshedTools> {
    const tools = sentTools(query, body);
    return tools === undefined
      ? this.bus.call(refreshToolsFromServer, { crew_id, server_id }, caller)
      : this.bus.call(refreshTools, { crew_id, server_id, tools }, caller);
  }
}
