import type { CallContext, Deleted, PageQuery } from '@hawser/contracts';
import {
  createAgent,
  deleteAgent,
  getAgent,
  listAgents,
  updateAgent,
  type Agent,
  type AgentIdRef,
  type AgentPage,
  type CreateAgent,
  type UpdateAgent,
} from '@hawser/contracts/directory';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { AgentService } from './agent.service.js';

@Controller()
export class AgentHandler {
  constructor(private readonly agents: AgentService) {}

  @Handles(listAgents)
  list(page: PageQuery, context: CallContext): Promise<AgentPage> {
    return this.agents.list(context, page);
  }

  @Handles(getAgent)
  get({ agent_id }: AgentIdRef, context: CallContext): Promise<Agent> {
    return this.agents.get(context, agent_id);
  }

  @Handles(createAgent)
  create(input: CreateAgent, context: CallContext): Promise<Agent> {
    return this.agents.create(context, input);
  }

  @Handles(updateAgent)
  update(input: UpdateAgent, context: CallContext): Promise<Agent> {
    return this.agents.update(context, input);
  }

  @Handles(deleteAgent)
  delete({ agent_id }: AgentIdRef, context: CallContext): Promise<Deleted> {
    return this.agents.delete(context, agent_id);
  }
}
