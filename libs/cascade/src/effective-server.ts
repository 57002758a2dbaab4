import type { EffectiveServer } from './answer.js';
import { crewLayerOf } from './candidates.js';
import { mergedConfig } from './config.js';
import { mergeNamedValues, type NamedValue } from './named-values.js';
import { problemsOf } from './problems.js';
import { lastSaid, type Sources } from './sources.js';

/** Rules 2, 3, 7 and 10: the merged server, its fields in the order in which the answer shows them. */
export function effectiveServer(sources: Sources): EffectiveServer {
  const { candidate, layers, secretLayers, target, binding, credential } = sources;
  const isHttp = target.transport === 'streamable-http';
  const config = mergedConfig(sources);
  return {
    server_id: candidate.base.row.id,
    crew_server_id: crewLayerOf(candidate)?.row.id ?? null,
    scope: candidate.base.tier,
    name: candidate.base.row.name,
    display_name: lastSaid(layers, 'display_name') ?? candidate.base.row.name,
    transport: target.transport,
    endpoint: target.endpoint,
    command: target.command,
    args_json: isHttp ? null : compactJson(lastSaid(layers, 'args_json')),
    env_json: isHttp ? null : jsonObjectText(mergeNamedValues(secretLayers, 'env_json')),
    config_json: config === undefined ? null : JSON.stringify(config),
    icon: lastSaid(layers, 'icon'),
    enabled: true,
    binding_id: binding?.id ?? null,
    credential_id: credential?.credential_id ?? null,
    credential_name: null,
    cred_type: credential?.cred_type ?? null,
    headers: isHttp ? plainObject(mergeNamedValues(secretLayers, 'headers_json')) : null,
    tools: { disabled: namesInOrder(candidate.disabledTools) },
    problems: problemsOf(sources),
  };
}

function namesInOrder(names: readonly string[]): string[] {
  return names.length === 0 ? [] : [...new Set(names)].sort();
}

function compactJson(text: string | null): string | null {
  return text === null ? null : JSON.stringify(JSON.parse(text));
}

function jsonObjectText(values: NamedValue[] | null): string | null {
  return values === null ? null : JSON.stringify(plainObject(values));
}

function plainObject(values: NamedValue[] | null): Record<string, string> | null {
  return values === null ? null : Object.fromEntries(values.map(({ name, value }) => [name, value]));
}
