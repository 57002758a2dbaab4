import { originOf } from './candidates.js';
import { configOriginAt } from './config.js';
import { isObject, type Json } from './merge-patch.js';
import type { MergedServer } from './merged-server.js';
import type { NamedValue } from './named-values.js';
import { isCutOff, layerSaying, type Sources } from './sources.js';
import { hasTemplate, parseTemplate, type Template } from './templates.js';

/** The fields in which rule 9 reads templates. */
export type TemplateField = 'args_json' | 'env_json' | 'config_json' | 'headers';

/** Where a template stands, and whether rule 3 keeps credentials from it. */
export interface Place {
  readonly field: TemplateField;
  readonly cutOff: boolean;
}

/** What takes the place of a text with a template; null leaves it out. */
type Change = (template: Template, place: Place) => string | null;

/** Whether a server has a template anywhere. */
export function hasTemplates({ args, env, config, headers }: MergedServer): boolean {
  return (
    args?.some(hasTemplate) ||
    env?.some(({ value }) => hasTemplate(value)) ||
    headers?.some(({ value }) => hasTemplate(value)) ||
    hasTemplate(config)
  );
}

/** The server with each text changed that has a template, field by field in the order of the answer. */
export function changeTemplates(server: MergedServer, change: Change): MergedServer {
  if (!hasTemplates(server)) return server;
  const { sources, args, env, config, headers } = server;
  return {
    ...server,
    args: args && changeArgs(sources, args, change),
    env: env && changeNamed(env, 'env_json', change),
    config: config === undefined ? undefined : changeConfig(sources, config, change),
    headers: headers && changeNamed(headers, 'headers', change),
  };
}

/** An argument that is left out becomes empty: the others keep their places. */
function changeArgs(sources: Sources, args: readonly string[], change: Change): string[] {
  const layer = layerSaying(sources.layers, 'args_json');
  const place: Place = { field: 'args_json', cutOff: layer !== null && isCutOff(sources, originOf(layer)) };
  return args.map((arg) => changeText(arg, place, change) ?? '');
}

/** Of a moved server the merge has left out already what is cut off. */
function changeNamed(values: readonly NamedValue[], field: TemplateField, change: Change): NamedValue[] {
  return values.flatMap((entry) => {
    const value = changeText(entry.value, { field, cutOff: false }, change);
    return value === null ? [] : [{ ...entry, value }];
  });
}

function changeConfig(sources: Sources, config: Json, change: Change): Json {
  if (!hasTemplate(config)) return config;
  const originAt = configOriginAt(sources);
  // Rows merge by leaf, and an array is one; what is within it has the same origin.
  const changeMember = (value: Json, path: readonly string[]): Json | undefined => {
    if (isObject(value)) {
      return mapMembers(value, (member, name) => changeMember(member, [...path, name]));
    }
    if (!hasTemplate(value)) return value;
    const origin = originAt(path);
    const place: Place = { field: 'config_json', cutOff: origin !== undefined && isCutOff(sources, origin) };
    return changeStrings(value, (text) => changeText(text, place, change));
  };
  return changeMember(config, []) ?? {};
}

/** Undefined if nothing remains. */
function changeStrings(value: Json, changeString: (text: string) => string | null): Json | undefined {
  if (typeof value === 'string') return changeString(value) ?? undefined;
  if (isObject(value)) return mapMembers(value, (member) => changeStrings(member, changeString));
  if (!Array.isArray(value)) return value;
  return (value as readonly Json[]).flatMap((item) => {
    const changed = changeStrings(item, changeString);
    return changed === undefined ? [] : [changed];
  });
}

function mapMembers(
  object: Readonly<Record<string, Json>>,
  map: (member: Json, name: string) => Json | undefined,
): Json {
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, member]): [string, Json][] => {
      const mapped = map(member, name);
      return mapped === undefined ? [] : [[name, mapped]];
    }),
  );
}

function changeText(text: string, place: Place, change: Change): string | null {
  const template = parseTemplate(text);
  return template === null ? text : change(template, place);
}
