import type { EffectiveServer, Explanation } from './answer.js';
import { exclusionOf, type Exclusion } from './availability.js';
import { candidatesOf, type Candidate } from './candidates.js';
import { effectiveServer } from './effective-server.js';
import { leftOut } from './left-out.js';
import { originsOf } from './origins.js';
import { holdersOf } from './precedence.js';
import type { TierRows } from './rows.js';
import { sourcesOf } from './sources.js';

/**
 * The servers that one agent may use, after the cascade of workspace, crew and agent; docs/cascade.md has the
 * rules. Sorted by name in code-unit order, then by id: the same state gives the same bytes.
 * @param rows the tiers' rows as stored, in any order; they are not changed
 * @throws SyntaxError if a field that should hold JSON text does not
 */
export function resolve(rows: TierRows): EffectiveServer[] {
  return decide(rows).included.map((candidate) => effectiveServer(sourcesOf(candidate)));
}

/**
 * The same answer with its reasons: each server that `resolve` gives with the row that every field came from,
 * and each other candidate with the reason why it is left out.
 * @param rows as for `resolve`
 * @throws as `resolve`
 */
export function explain(rows: TierRows): Explanation {
  const { included, excluded } = decide(rows);
  return {
    servers: included.map((candidate) => {
      const sources = sourcesOf(candidate);
      const server = effectiveServer(sources);
      return { ...server, origins: originsOf(sources, server) };
    }),
    left_out: excluded.map(([candidate, exclusion]) => leftOut(candidate, exclusion)),
  };
}

interface Decision {
  readonly included: Candidate[];
  readonly excluded: [Candidate, Exclusion][];
}

/** Which candidates the agent gets, in the order of the answer. */
function decide(rows: TierRows): Decision {
  const candidates = candidatesOf(rows);
  const holders = { workspace: holdersOf(candidates.workspace), crew: holdersOf(candidates.crew) };
  const decision: Decision = { included: [], excluded: [] };
  for (const candidate of [...candidates.workspace, ...candidates.crew].sort(byNameThenId)) {
    const exclusion = exclusionOf(candidate, holders);
    if (exclusion === null) decision.included.push(candidate);
    else decision.excluded.push([candidate, exclusion]);
  }
  return decision;
}

/** Rule 13. Operators compare strings by code units, in every locale alike. */
function byNameThenId({ base: { row: one } }: Candidate, { base: { row: other } }: Candidate): number {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}
