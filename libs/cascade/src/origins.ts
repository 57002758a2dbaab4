import type { Origin, Origins } from './answer.js';
import { crewLayerOf, originOf } from './candidates.js';
import { configOrigins } from './config.js';
import type { MergedServer } from './merged-server.js';
import type { NamedValue } from './named-values.js';
import type { ServerRow } from './rows.js';
import { layerSaying, type Sources } from './sources.js';

/** Where each field of a server came from, as far as it is still there. */
export function originsOf({ sources, args, env, config, headers, credentialName }: MergedServer): Origins {
  const { candidate, target, binding, credential } = sources;
  const identity = originOf(candidate.base);
  const crewLayer = crewLayerOf(candidate);
  const crewRow = crewLayer && originOf(crewLayer);
  const agent: Origin | null = binding && { tier: 'agent', id: binding.id };
  return {
    server_id: identity,
    crew_server_id: crewRow,
    scope: identity,
    name: identity,
    display_name: said(sources, 'display_name'),
    transport: said(sources, 'transport'),
    endpoint: target.endpoint === null ? null : said(sources, 'endpoint'),
    command: target.command === null ? null : said(sources, 'command'),
    args_json: args === null ? null : said(sources, 'args_json'),
    env_json: env && originByName(env),
    config_json: config === undefined ? null : configOrigins(sources, config),
    icon: said(sources, 'icon'),
    enabled: crewRow ?? identity,
    binding_id: agent,
    credential_id: credential === null ? null : agent,
    credential_name: credentialName === null ? null : agent,
    cred_type: credential === null ? null : agent,
    headers: headers && originByName(headers),
    tools: { disabled: crewRow },
    problems: null,
  };
}

function said({ layers }: Sources, field: keyof ServerRow): Origin | null {
  const layer = layerSaying(layers, field);
  return layer && originOf(layer);
}

function originByName(values: readonly NamedValue[]): Record<string, Origin> {
  return Object.fromEntries(values.map(({ name, origin }) => [name, origin]));
}
