import { Deleted, PageQuery, type CallContext } from '@hawser/contracts';
import {
  Agent,
  AgentPage,
  createAgent,
  CreateAgent,
  deleteAgent,
  getAgent,
  listAgents,
  PatchAgent,
  updateAgent,
} from '@hawser/contracts/directory';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('Agents')
@Controller('api/v1/agents')
export class AgentsController {
  constructor(private readonly bus: BusClient) {}

  @Post()
  @Requires('agents.write')
  @Operation('Make an agent', createAgent, { status: 201 })
  create(@Body() body: CreateAgent, @Caller() caller: CallContext): Promise<Agent> {
    return this.bus.call(createAgent, body, caller);
  }

  @Get()
  @Requires('directory.read')
  @Operation('List the agents of a workspace', listAgents)
  list(@Query() page: PageQuery, @Caller() caller: CallContext): Promise<AgentPage> {
    return this.bus.call(listAgents, page, caller);
  }

  @Get(':agentId')
  @Requires('agent.read')
  @Operation('Get an agent', getAgent)
  get(@Param('agentId') agent_id: string, @Caller() caller: CallContext): Promise<Agent> {
    return this.bus.call(getAgent, { agent_id }, caller);
  }

  @Patch(':agentId')
  @Requires('agents.write')
  @Operation('Change an agent, its crew or its owner', updateAgent)
  update(
    @Param('agentId') agent_id: string,
    @Body() body: PatchAgent,
    @Caller() caller: CallContext,
  ): Promise<Agent> {
    return this.bus.call(updateAgent, { ...body, agent_id }, caller);
  }

  @Delete(':agentId')
  @Requires('agents.write')
  @Operation('Delete an agent with its bindings and tokens', deleteAgent)
  delete(@Param('agentId') agent_id: string, @Caller() caller: CallContext): Promise<Deleted> {
    return this.bus.call(deleteAgent, { agent_id }, caller);
  }
}
