import { Deleted, PageQuery, type CallContext } from '@hawser/contracts';
import {
  AgentBinding,
  CreateAgentBinding,
  createAgentBinding,
  deleteAgentBinding,
  listAgentBindings,
  PatchAgentBinding,
  updateAgentBinding,
  type AgentBindingPage,
} from '@hawser/contracts/bindings';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { BareArray } from '../../http/paged.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('Agent bindings')
@Controller('api/v1/agents/:agentId/integrations')
export class AgentBindingsController {
  constructor(private readonly bus: BusClient) {}

  @Get()
  @Requires('agent.read')
  @Operation('List the bindings of an agent', listAgentBindings, { answer: [AgentBinding] })
  @BareArray()
  list(
    @Param('agentId') agent_id: string,
    @Query() page: PageQuery,
    @Caller() caller: CallContext,
  ): Promise<AgentBindingPage> {
    return this.bus.call(listAgentBindings, { ...page, agent_id }, caller);
  }

  @Post()
  @Requires('agent-bindings.write')
  @Operation('Bind a server to an agent', createAgentBinding, { status: 201 })
  create(
    @Param('agentId') agent_id: string,
    @Body() body: CreateAgentBinding,
    @Caller() caller: CallContext,
  ): Promise<AgentBinding> {
    return this.bus.call(createAgentBinding, { ...body, agent_id }, caller);
  }

  @Patch(':integrationId')
  @Requires('agent-bindings.write')
  @Operation("Change a binding, by its id or the server's", updateAgentBinding)
  update(
    @Param('agentId') agent_id: string,
    @Param('integrationId') ref: string,
    @Body() body: PatchAgentBinding,
    @Caller() caller: CallContext,
  ): Promise<AgentBinding> {
    return this.bus.call(updateAgentBinding, { ...body, agent_id, ref }, caller);
  }

  @Delete(':integrationId')
  @Requires('agent-bindings.write')
  @Operation("Delete a binding, by its id or the server's", deleteAgentBinding)
  delete(
    @Param('agentId') agent_id: string,
    @Param('integrationId') ref: string,
    @Caller() caller: CallContext,
  ): Promise<Deleted> {
    return this.bus.call(deleteAgentBinding, { agent_id, ref }, caller);
  }
}
