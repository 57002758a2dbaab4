import type { LeftOut } from './answer.js';
import type { Exclusion } from './availability.js';
import { crewLayerOf, type Candidate } from './candidates.js';

/** An excluded candidate as the explanation shows it. */
export function leftOut(candidate: Candidate, exclusion: Exclusion): LeftOut {
  const { tier, row } = candidate.base;
  return {
    server_id: row.id,
    crew_server_id: crewLayerOf(candidate)?.row.id ?? null,
    scope: tier,
    name: row.name,
    reason: exclusion.reason,
    by: exclusion.by,
    message: messageOf(candidate, exclusion),
  };
}

function messageOf({ base }: Candidate, { reason, by }: Exclusion): string {
  const server = `${base.tier} server "${base.row.name}" (${base.row.id})`;
  switch (reason) {
    case 'shadowed':
      return `Crew server ${by.id} has the same name and takes the place of ${server}. Rename or delete the crew server to get the workspace's.`;
    case 'outranked':
      return `Server ${by.id} of the same ${base.tier} has the same name and comes before ${server}. Rename or delete it to get the other.`;
    case 'disabled_by_workspace':
      return `The ${server} is disabled for every crew and agent. Enable it in the workspace.`;
    case 'disabled_by_crew':
      return `Crew server ${by.id} is disabled and hides the ${server} from this crew. Enable or delete the crew server.`;
    case 'disabled':
      return `The ${server} is disabled. Enable it in the crew.`;
    case 'opted_out':
      return `Binding ${by.id} is disabled and opts this agent out of the ${server}. Enable or delete the binding.`;
    case 'not_bound':
      return `The ${server} goes only to agents that are bound to it, as ${by.tier} server ${by.id} says (exposure "bound"). Bind this agent to it.`;
  }
}
