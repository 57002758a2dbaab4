import { explain, resolve, type TierRows } from '@hawser/cascade';
import { agentOf, workspaceOf, type CallContext } from '@hawser/contracts';
import type { Explanation, ResolveAgent, ResolvedServer } from '@hawser/contracts/bindings';
import { Injectable } from '@nestjs/common';
import { ResolverRepository } from './resolver.repository.js';

/** The rows of the three tiers, through the cascade. Reads afresh each time, so a change shows in the next answer. */
@Injectable()
export class ResolverService {
  constructor(private readonly repository: ResolverRepository) {}

  async resolve(context: CallContext, request: ResolveAgent): Promise<ResolvedServer[]> {
    return resolve(await this.readTiers(context, request));
  }

  async explain(context: CallContext, request: ResolveAgent): Promise<Explanation> {
    return explain(await this.readTiers(context, request));
  }

  private readTiers(context: CallContext, { agent_id }: ResolveAgent): Promise<TierRows> {
    const agent = agentOf(context);
    if (agent.id !== agent_id) {
      throw new Error(`a call about agent "${agent.id}" asks for the servers of agent "${agent_id}"`);
    }
    return this.repository.readTiers(workspaceOf(context), agent.crew_id, agent_id);
  }
}
