import { hardened } from './checks/hardening.js';
import { isolated } from './checks/isolation.js';
import { labelled } from './checks/labels.js';
import { lifecycleHolds } from './checks/lifecycle.js';
import { portsExist } from './checks/ports.js';
import { referencesResolve } from './checks/references.js';
import { selectorsHit } from './checks/selectors.js';
import { variablesFit } from './checks/variables.js';
import { wayOutFits } from './checks/way-out.js';
import type { Manifest } from './manifest.js';
import { againstSchema } from './schemas.js';

const schemaCheck = 'keeps to the schemas of Kubernetes, which know every field';

/** What must hold for the documents of an overlay: each says what is wrong with them. */
export const checks: Readonly<Record<string, (manifests: Manifest[]) => string[]>> = {
  [schemaCheck]: (manifests) => manifests.flatMap(againstSchema),
  'has selectors that take what they are meant for': selectorsHit,
  'names only ports that are there': portsExist,
  'names only ConfigMaps and Secrets that are there or asked for': referencesResolve,
  'gives each program the variables that it needs, and no others': variablesFit,
  'is restricted, without root, and bounded': hardened,
  'replaces programs without a gap and lets them finish': lifecycleHolds,
  'lets only the gateway be reached from outside': isolated,
  'lets nobody out who has no business there, and probes only to the public internet': wayOutFits,
  'is labelled': labelled,
};

/** What is wrong, by the check that found it. The others count on what the schemas say, so that comes first. */
export function findings(manifests: Manifest[]): Record<string, string[]> {
  const against = checks[schemaCheck]?.(manifests) ?? [];
  if (against.length > 0) return { [schemaCheck]: against };
  const found = Object.entries(checks).map(([name, check]) => [name, check(manifests)] as const);
  return Object.fromEntries(found.filter(([, problems]) => problems.length > 0));
}
