import type { Origin } from './answer.js';
import { originOf } from './candidates.js';
import { isObject, mergePatch, type Json, type JsonObject } from './merge-patch.js';
import type { Sources } from './sources.js';

/** One row's word on the configuration; undefined if it says nothing. */
interface ConfigLayer {
  readonly origin: Origin;
  readonly document: JsonObject | undefined;
}

/** Rules 2 and 7: the merged configuration; undefined if no row says anything. */
export function mergedConfig(sources: Sources): Json | undefined {
  // The base's document is not a patch: a null in it is a value.
  const [base, ...patches] = configLayersOf(sources);
  return patches.reduce<Json | undefined>(
    (merged, { document }) => (document === undefined ? merged : mergePatch(merged, document)),
    base?.document,
  );
}

/**
 * The origin of each leaf of the merged configuration, by JSON Pointer (RFC 6901). It is the last layer that
 * has something at the pointer: had a later one deleted or replaced it, the leaf would not be there.
 */
export function configOrigins(sources: Sources, config: Json): Record<string, Origin> {
  const originAt = configOriginAt(sources);
  return Object.fromEntries(
    leafPathsOf(config).flatMap((path): [string, Origin][] => {
      const origin = originAt(path);
      return origin === undefined ? [] : [[pointerOf(path), origin]];
    }),
  );
}

/** Answers whose word the value at a path of the merged configuration is. */
export function configOriginAt(sources: Sources): (path: readonly string[]) => Origin | undefined {
  const layers = configLayersOf(sources);
  return (path) => layers.findLast(({ document }) => valueAt(document, path) !== undefined)?.origin;
}

function configLayersOf({ layers, binding }: Sources): ConfigLayer[] {
  const configLayers = layers.map((layer) => ({
    origin: originOf(layer),
    document: parseDocument(layer.row.config_json),
  }));
  if (binding === null) return configLayers;
  const document = parseDocument(binding.config_override_json);
  return [...configLayers, { origin: { tier: 'agent', id: binding.id }, document }];
}

function parseDocument(text: string | null): JsonObject | undefined {
  return text === null ? undefined : (JSON.parse(text) as JsonObject);
}

function leafPathsOf(value: Json, path: readonly string[] = []): (readonly string[])[] {
  const members = isObject(value) ? Object.entries(value) : [];
  return members.length === 0
    ? [path]
    : members.flatMap(([name, member]) => leafPathsOf(member, [...path, name]));
}

function valueAt(document: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    document,
  );
}

function pointerOf(path: readonly string[]): string {
  return path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
