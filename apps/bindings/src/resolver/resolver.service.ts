import { explain, resolve } from '@hawser/cascade';
import { workspaceOf, type CallContext } from '@hawser/contracts';
import type { Explanation, ResolveAgent, ResolvedServer } from '@hawser/contracts/bindings';
import { Injectable } from '@nestjs/common';
import { ResolverRepository } from './resolver.repository.js';

/** The rows of the three tiers, through the cascade. Reads afresh each time, so a change shows in the next answer. */
@Injectable()
export class ResolverService {
  constructor(private readonly repository: ResolverRepository) {}

  async resolve(context: CallContext, { agent_id }: ResolveAgent): Promise<ResolvedServer[]> {
    return resolve(
      await this.repository.readTiers(workspaceOf(context), context.agent?.crew_id ?? null, agent_id),
    );
  }

  async explain(context: CallContext, { agent_id }: ResolveAgent): Promise<Explanation> {
    return explain(
      await this.repository.readTiers(workspaceOf(context), context.agent?.crew_id ?? null, agent_id),
    );
  }
}
