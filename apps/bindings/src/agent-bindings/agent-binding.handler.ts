import type { CallContext, Deleted } from '@hawser/contracts';
import {
  createAgentBinding,
  deleteAgentBinding,
  listAgentBindings,
  updateAgentBinding,
  type AgentBinding,
  type AgentBindingPage,
  type AgentBindingRef,
  type ListAgentBindings,
  type NewAgentBinding,
  type UpdateAgentBinding,
} from '@hawser/contracts/bindings';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { AgentBindingService } from './agent-binding.service.js';

@Controller()
export class AgentBindingHandler {
  constructor(private readonly bindings: AgentBindingService) {}

  @Handles(listAgentBindings)
  list(request: ListAgentBindings, context: CallContext): Promise<AgentBindingPage> {
    return this.bindings.list(context, request);
  }

  @Handles(createAgentBinding)
  create(input: NewAgentBinding, context: CallContext): Promise<AgentBinding> {
    return this.bindings.create(context, input);
  }

  @Handles(updateAgentBinding)
  update(input: UpdateAgentBinding, context: CallContext): Promise<AgentBinding> {
    return this.bindings.update(context, input);
  }

  @Handles(deleteAgentBinding)
  delete(ref: AgentBindingRef, context: CallContext): Promise<Deleted> {
    return this.bindings.delete(context, ref);
  }
}
