import type { EffectiveServer, Origin, Origins } from './answer.js';
import { crewLayerOf, originOf } from './candidates.js';
import { configOrigins } from './config.js';
import { mergeNamedValues, type NamedValue } from './named-values.js';
import type { ServerRow } from './rows.js';
import { layerSaying, type Sources } from './sources.js';

/**
 * Where each field of an effective server came from.
 * @param server what `effectiveServer` made of the same sources
 */
export function originsOf(sources: Sources, server: EffectiveServer): Origins {
  const { candidate, layers, secretLayers, binding } = sources;
  const identity = originOf(candidate.base);
  const crewLayer = crewLayerOf(candidate);
  const crewRow = crewLayer && originOf(crewLayer);
  const agent: Origin | null = binding && { tier: 'agent', id: binding.id };

  const said = (field: keyof ServerRow & keyof EffectiveServer): Origin | null => {
    const layer = server[field] === null ? null : layerSaying(layers, field);
    return layer && originOf(layer);
  };
  return {
    server_id: identity,
    crew_server_id: crewRow,
    scope: identity,
    name: identity,
    display_name: said('display_name'),
    transport: said('transport'),
    endpoint: said('endpoint'),
    command: said('command'),
    args_json: said('args_json'),
    env_json: server.env_json === null ? null : originByName(mergeNamedValues(secretLayers, 'env_json')),
    config_json: configOrigins(sources),
    icon: said('icon'),
    enabled: crewRow ?? identity,
    binding_id: agent,
    credential_id: server.credential_id === null ? null : agent,
    credential_name: null,
    cred_type: server.cred_type === null ? null : agent,
    headers: server.headers === null ? null : originByName(mergeNamedValues(secretLayers, 'headers_json')),
    tools: { disabled: crewRow },
    problems: null,
  };
}

function originByName(values: NamedValue[] | null): Record<string, Origin> | null {
  return values === null ? null : Object.fromEntries(values.map(({ name, origin }) => [name, origin]));
}
