import type { LeftOutReason, Origin } from './answer.js';
import { bindingOf, originOf, type Candidate } from './candidates.js';
import { boundLayerOf } from './precedence.js';
import type { ServerTier } from './rows.js';

/** Why an agent does not get a candidate, and the row that decided. */
export interface Exclusion {
  readonly reason: LeftOutReason;
  readonly by: Origin;
}

/** Who holds each name, by tier. */
export type Holders = Readonly<Record<ServerTier, ReadonlyMap<string, Candidate>>>;

/** The first reason to leave a candidate out: names, then the rows' switches, then the agent's; null if none. */
export function exclusionOf(candidate: Candidate, holders: Holders): Exclusion | null {
  return lostName(candidate, holders) ?? switchedOff(candidate) ?? optedOut(candidate) ?? notBound(candidate);
}

/** Rules 1 and 11. */
function lostName(candidate: Candidate, holders: Holders): Exclusion | null {
  const { tier, row } = candidate.base;
  const crewHolder = holders.crew.get(row.name);
  if (tier === 'workspace' && crewHolder) return { reason: 'shadowed', by: originOf(crewHolder.base) };
  const holder = holders[tier].get(row.name);
  return holder && holder !== candidate ? { reason: 'outranked', by: originOf(holder.base) } : null;
}

/** Rule 4. */
function switchedOff({ base, override }: Candidate): Exclusion | null {
  if (!base.row.enabled) {
    return { reason: base.tier === 'workspace' ? 'disabled_by_workspace' : 'disabled', by: originOf(base) };
  }
  return override && !override.row.enabled ? { reason: 'disabled_by_crew', by: originOf(override) } : null;
}

/** Rule 5: either binding may opt the agent out. */
function optedOut({ crewBinding, workspaceBinding }: Candidate): Exclusion | null {
  const off = [crewBinding, workspaceBinding].find((binding) => binding?.enabled === false);
  return off ? { reason: 'opted_out', by: { tier: 'agent', id: off.id } } : null;
}

/** Rule 6. An opt-out was looked for before, so any binding found here is enabled. */
function notBound(candidate: Candidate): Exclusion | null {
  const bound = boundLayerOf(candidate);
  return bound && bindingOf(candidate) === null ? { reason: 'not_bound', by: originOf(bound) } : null;
}
