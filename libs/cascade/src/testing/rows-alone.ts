import type { EffectiveServer, Explanation } from '../answer.js';
import { cascade } from '../cascade.js';
import { effectiveServer } from '../effective-server.js';
import { leftOut } from '../left-out.js';
import { originsOf } from '../origins.js';
import type { TierRows } from '../rows.js';

/** What rows come to before any credential is put in: for tests of the rules that need no vault. */
export function resolve(rows: TierRows): EffectiveServer[] {
  return cascade(rows).servers.map(effectiveServer);
}

export function explain(rows: TierRows): Explanation {
  const { servers, excluded } = cascade(rows);
  return {
    servers: servers.map((server) => ({ ...effectiveServer(server), origins: originsOf(server) })),
    left_out: excluded.map(([candidate, exclusion]) => leftOut(candidate, exclusion)),
  };
}
