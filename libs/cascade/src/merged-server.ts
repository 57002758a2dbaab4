import type { Problem } from './answer.js';
import { mergedConfig } from './config.js';
import type { Json } from './merge-patch.js';
import { mergeNamedValues, type NamedValue } from './named-values.js';
import { problemsOf } from './problems.js';
import { lastSaid, type Sources } from './sources.js';

/** A server after the merge: its parts, of which answer and explanation are made, before or after filling in. */
export interface MergedServer {
  readonly sources: Sources;
  /** Null if no row says anything, or if it does not belong to the transport; so with env and headers. */
  readonly args: readonly string[] | null;
  readonly env: readonly NamedValue[] | null;
  /** Undefined if no row says anything. */
  readonly config: Json | undefined;
  readonly headers: readonly NamedValue[] | null;
  /** Of the binding's credential; null until the vault has said it. */
  readonly credentialName: string | null;
  readonly problems: readonly Problem[];
}

/** Rules 2, 3 and 7. */
export function mergedServer(sources: Sources): MergedServer {
  const { layers, secretLayers, target } = sources;
  const isHttp = target.transport === 'streamable-http';
  return {
    sources,
    args: isHttp ? null : parseArgs(lastSaid(layers, 'args_json')),
    env: isHttp ? null : mergeNamedValues(secretLayers, 'env_json'),
    config: mergedConfig(sources),
    headers: isHttp ? mergeNamedValues(secretLayers, 'headers_json') : null,
    credentialName: null,
    problems: problemsOf(sources),
  };
}

function parseArgs(text: string | null): string[] | null {
  return text === null ? null : (JSON.parse(text) as string[]);
}
