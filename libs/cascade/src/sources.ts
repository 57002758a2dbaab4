import type { Origin } from './answer.js';
import { bindingOf, type Candidate, type Layer } from './candidates.js';
import type { BindingRow, ServerRow } from './rows.js';
import { isSameTarget, type Target } from './target.js';

/** What an effective server is made of: answer and explanation are both read from it. */
export interface Sources {
  readonly candidate: Candidate;
  /** The base, then the override. The last layer that says a field wins. */
  readonly layers: readonly Layer[];
  /** The layers whose env and headers count. */
  readonly secretLayers: readonly Layer[];
  readonly target: Target;
  /** Rule 3: what the override moved the server away from; null if it goes where its base goes. */
  readonly movedFrom: Target | null;
  /** The agent's binding that applies. */
  readonly binding: BindingRow | null;
  /** The same binding if it brings a credential that may go to the target. */
  readonly credential: BindingRow | null;
}

/** Rules 2 and 3: which layers count for which fields of a candidate. */
export function sourcesOf(candidate: Candidate): Sources {
  const { base, override } = candidate;
  const layers = override === null ? [base] : [base, override];
  const target = targetOf(layers);
  const baseTarget = targetOf([base]);
  const movedFrom = isSameTarget(baseTarget, target) ? null : baseTarget;

  const binding = bindingOf(candidate);
  const credentialStays = movedFrom === null || binding?.scope === 'crew';
  return {
    candidate,
    layers,
    secretLayers: movedFrom === null ? layers : layers.slice(1),
    target,
    movedFrom,
    binding,
    credential: binding !== null && binding.credential_id !== null && credentialStays ? binding : null,
  };
}

/** Rule 3: whether credentials are kept from what a row says, because the target was moved away under it. */
export function isCutOff({ movedFrom, binding }: Sources, { tier }: Origin): boolean {
  if (movedFrom === null) return false;
  return tier === 'workspace' || (tier === 'agent' && binding?.scope === 'workspace');
}

/** The last layer that says a field; null if none does. */
export function layerSaying(layers: readonly Layer[], field: keyof ServerRow): Layer | null {
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const layer = layers[index];
    if (layer !== undefined && layer.row[field] !== null) return layer;
  }
  return null;
}

/** Rule 2: the value of a field that replaces rather than merges. */
export function lastSaid<Field extends keyof ServerRow>(
  layers: readonly Layer[],
  field: Field,
): ServerRow[Field] | null {
  return layerSaying(layers, field)?.row[field] ?? null;
}

/** The merged target. A standalone row without a transport has the API's default. */
function targetOf(layers: readonly Layer[]): Target {
  const transport = lastSaid(layers, 'transport') ?? 'streamable-http';
  const isHttp = transport === 'streamable-http';
  return {
    transport,
    endpoint: isHttp ? lastSaid(layers, 'endpoint') : null,
    command: isHttp ? null : lastSaid(layers, 'command'),
  };
}
