import { explain, resolve, type TierRows } from '@hawser/cascade';
import { agentOf, ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import type { Explanation, ResolveAgent, ResolvedServer, ResolveServer } from '@hawser/contracts/bindings';
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

  /** One server as agents get it, to be tried out: without any binding, and whether or not anyone gets it. */
  async resolveServer(
    context: CallContext,
    { server_id, crew_id = null }: ResolveServer,
  ): Promise<ResolvedServer> {
    const rows = await this.repository.readServer(workspaceOf(context), crew_id, server_id);
    const [server] = resolve(withoutSwitches(rows));
    if (server === undefined) {
      throw ServiceError.notFound(crew_id === null ? 'workspace server' : 'crew server', server_id);
    }
    return server;
  }

  private readTiers(context: CallContext, { agent_id }: ResolveAgent): Promise<TierRows> {
    const agent = agentOf(context);
    if (agent.id !== agent_id) {
      throw new Error(`a call about agent "${agent.id}" asks for the servers of agent "${agent_id}"`);
    }
    return this.repository.readTiers(workspaceOf(context), agent.crew_id, agent_id);
  }
}

/** The same rows, as if every agent got them. */
function withoutSwitches(rows: TierRows): TierRows {
  const open = { enabled: true, exposure: 'all' } as const;
  return {
    ...rows,
    workspace_servers: rows.workspace_servers.map((row) => ({ ...row, ...open })),
    crew_servers: rows.crew_servers.map((row) => ({ ...row, ...open })),
  };
}
