import type { EffectiveServer } from './answer.js';
import { crewLayerOf } from './candidates.js';
import type { MergedServer } from './merged-server.js';
import type { NamedValue } from './named-values.js';
import { lastSaid } from './sources.js';

/** A merged server as the answer shows it, its fields in that order. */
export function effectiveServer(merged: MergedServer): EffectiveServer {
  const { candidate, layers, target, binding, credential } = merged.sources;
  return {
    server_id: candidate.base.row.id,
    crew_server_id: crewLayerOf(candidate)?.row.id ?? null,
    scope: candidate.base.tier,
    name: candidate.base.row.name,
    display_name: lastSaid(layers, 'display_name') ?? candidate.base.row.name,
    transport: target.transport,
    endpoint: target.endpoint,
    command: target.command,
    args_json: merged.args && JSON.stringify(merged.args),
    env_json: merged.env && JSON.stringify(plainObject(merged.env)),
    config_json: merged.config === undefined ? null : JSON.stringify(merged.config),
    icon: lastSaid(layers, 'icon'),
    enabled: true,
    binding_id: binding?.id ?? null,
    credential_id: credential?.credential_id ?? null,
    credential_name: merged.credentialName,
    cred_type: credential?.cred_type ?? null,
    headers: merged.headers && plainObject(merged.headers),
    tools: { disabled: namesInOrder(candidate.disabledTools) },
    problems: [...merged.problems],
  };
}

function namesInOrder(names: readonly string[]): string[] {
  return names.length === 0 ? [] : [...new Set(names)].sort();
}

function plainObject(values: readonly NamedValue[]): Record<string, string> {
  return Object.fromEntries(values.map(({ name, value }) => [name, value]));
}
