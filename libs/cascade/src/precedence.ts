import { bindingOf, type Candidate } from './candidates.js';

/** Rules 6 and 5: the row that asks for a binding, if the candidate has one that does. */
export function boundLayerOf({ base, override }: Candidate): Candidate['override'] {
  if (base.row.exposure === 'bound') return base;
  return override?.row.exposure === 'bound' ? override : null;
}

/**
 * Rule 11: which candidate holds each name on one tier. Names come before switches: a holder keeps its name
 * even if it is disabled, so that switching a row off never brings another one up in its place.
 */
export function holdersOf(candidates: readonly Candidate[]): Map<string, Candidate> {
  const holders = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const holder = holders.get(candidate.base.row.name);
    if (holder === undefined || outranks(candidate, holder)) holders.set(candidate.base.row.name, candidate);
  }
  return holders;
}

/** A person's own row, then a managed row that is meant for this agent, then the lowest id. */
function outranks(one: Candidate, other: Candidate): boolean {
  const difference = rankOf(one) - rankOf(other);
  return difference === 0 ? one.base.row.id < other.base.row.id : difference < 0;
}

function rankOf(candidate: Candidate): number {
  if (candidate.base.row.managed_by === null) return 0;
  // Managed rows made for single agents may share a name. Those of other agents must not stand in the way.
  return isMeantForAgent(candidate) ? 1 : 2;
}

function isMeantForAgent(candidate: Candidate): boolean {
  return boundLayerOf(candidate) === null || bindingOf(candidate)?.enabled === true;
}
