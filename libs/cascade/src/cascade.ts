import type { EffectiveServer, Explanation } from './answer.js';
import { exclusionOf, type Exclusion } from './availability.js';
import { candidatesOf, type Candidate } from './candidates.js';
import { indexOf } from './credential-index.js';
import type { CredentialNeeds, GivenCredentials } from './credentials.js';
import { effectiveServer } from './effective-server.js';
import { fill, type FilledServer } from './fill.js';
import { leftOut } from './left-out.js';
import { mergedServer, type MergedServer } from './merged-server.js';
import { needsOfServers } from './needs.js';
import { originsOf } from './origins.js';
import { holdersOf } from './precedence.js';
import type { TierRows } from './rows.js';
import { sourcesOf } from './sources.js';

/** What the rows of one agent come to, before its credentials are put in. Only the functions below look inside. */
export interface EffectiveSet {
  readonly servers: readonly MergedServer[];
  readonly excluded: readonly (readonly [Candidate, Exclusion])[];
}

/**
 * Which servers one agent may use and what they are made of, after the cascade of workspace, crew and agent;
 * docs/cascade.md has the rules. Sorted by name in code-unit order, then by id.
 * @param rows the tiers' rows as stored, in any order; they are not changed
 * @throws SyntaxError if a field that should hold JSON text does not
 */
export function cascade(rows: TierRows): EffectiveSet {
  const candidates = candidatesOf(rows);
  const holders = { workspace: holdersOf(candidates.workspace), crew: holdersOf(candidates.crew) };
  const servers: MergedServer[] = [];
  const excluded: [Candidate, Exclusion][] = [];
  for (const candidate of [...candidates.workspace, ...candidates.crew].sort(byNameThenId)) {
    const exclusion = exclusionOf(candidate, holders);
    if (exclusion === null) servers.push(mergedServer(sourcesOf(candidate)));
    else excluded.push([candidate, exclusion]);
  }
  return { servers, excluded };
}

/** The credentials that the servers of a set take: for the one question to the vault. */
export function needsOf({ servers }: EffectiveSet): CredentialNeeds {
  return needsOfServers(servers);
}

/**
 * The servers that the agent may use, with everything in place. The same state gives the same bytes.
 * @param given what the vault said of what `needsOf` asks for
 */
export function resolve(set: EffectiveSet, given: GivenCredentials): EffectiveServer[] {
  return filled(set, given).map(({ server }) => effectiveServer(server));
}

/**
 * The same answer with its reasons: each server that `resolve` gives with the row that every field came from, and each
 * other candidate with the reason why it is left out.
 */
export function explain(set: EffectiveSet, given: GivenCredentials): Explanation {
  return {
    servers: filled(set, given).map(({ server }) => ({
      ...effectiveServer(server),
      origins: originsOf(server),
    })),
    left_out: set.excluded.map(([candidate, exclusion]) => leftOut(candidate, exclusion)),
  };
}

/** Every secret within the servers that `resolve` gives, each once: to be struck from what is told of them. */
export function secretsIn(set: EffectiveSet, given: GivenCredentials): string[] {
  return [...new Set(filled(set, given).flatMap(({ secrets }) => secrets))];
}

function filled({ servers }: EffectiveSet, given: GivenCredentials): FilledServer[] {
  const index = indexOf(given);
  return servers.map((server) => fill(server, index));
}

/** Rule 13. Operators compare strings by code units, in every locale alike. */
function byNameThenId({ base: { row: one } }: Candidate, { base: { row: other } }: Candidate): number {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}
