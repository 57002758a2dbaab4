import type { Authorise } from '@hawser/contracts/directory';
import type { FastifyRequest } from 'fastify';

/** What the request names: its workspace, and the agent and the crew in its path. */
export function namedObjects(request: FastifyRequest): Pick<Authorise, 'workspace' | 'agent_id' | 'crew_id'> {
  const { agentId, crewId } = request.params as { agentId?: string; crewId?: string };
  return {
    ...(request.tenantName === undefined ? {} : { workspace: request.tenantName }),
    ...(agentId === undefined ? {} : { agent_id: agentId }),
    ...(crewId === undefined ? {} : { crew_id: crewId }),
  };
}
