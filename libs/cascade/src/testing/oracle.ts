import type { LeftOutReason, Origin } from '../answer.js';
import type { BindingRow, CrewServerRow, ServerRow, TierRows, WorkspaceServerRow } from '../rows.js';

/**
 * The rules once more, said slowly and without the library's code: tests compare the two. Nothing here is
 * fast, and nothing here may be imported from the implementation.
 */

/** An identity: a workspace server, with its override in the agent's crew, or the crew's own server. */
export interface Identity {
  readonly server: WorkspaceServerRow | CrewServerRow;
  readonly tier: 'workspace' | 'crew';
  readonly override: CrewServerRow | undefined;
  readonly bindings: readonly BindingRow[];
}

export function identitiesOf(rows: TierRows): Identity[] {
  const ofCrew = rows.crew_servers.filter((row) => rows.crew_id !== null && row.crew_id === rows.crew_id);
  const workspace = rows.workspace_servers.map((server): Identity => {
    const override = ofCrew.find((row) => row.workspace_mcp_server_id === server.id);
    const bindings = rows.bindings.filter(
      ({ scope, server_id }) =>
        (scope === 'workspace' && server_id === server.id) ||
        (scope === 'crew' && server_id === override?.id),
    );
    return { server, tier: 'workspace', override, bindings };
  });
  const crew = ofCrew
    .filter((row) => row.workspace_mcp_server_id === null)
    .map((server): Identity => {
      const bindings = rows.bindings.filter(
        ({ scope, server_id }) => scope === 'crew' && server_id === server.id,
      );
      return { server, tier: 'crew', override: undefined, bindings };
    });
  return [...workspace, ...crew];
}

/** Every reason that holds against an identity, as "reason tier id" for each row that may be named. */
export function reasonsAgainst(identity: Identity, all: readonly Identity[]): Set<string> {
  const { server, tier, override, bindings } = identity;
  const found = new Set<string>();
  const add = (reason: LeftOutReason, by: string, id: string): Set<string> =>
    found.add(`${reason} ${by} ${id}`);

  const namesakes = all.filter((other) => other !== identity && other.server.name === server.name);
  for (const other of namesakes) {
    if (other.tier === 'crew' && tier === 'workspace') add('shadowed', 'crew', other.server.id);
    if (other.tier === tier && precedes(other, identity)) add('outranked', tier, other.server.id);
  }
  if (!server.enabled) add(tier === 'workspace' ? 'disabled_by_workspace' : 'disabled', tier, server.id);
  if (override?.enabled === false) add('disabled_by_crew', 'crew', override.id);
  for (const binding of bindings) if (!binding.enabled) add('opted_out', 'agent', binding.id);
  if (!bindings.some(({ enabled }) => enabled)) {
    if (server.exposure === 'bound') add('not_bound', tier, server.id);
    if (override?.exposure === 'bound') add('not_bound', 'crew', override.id);
  }
  return found;
}

function precedes(one: Identity, other: Identity): boolean {
  const key = ({ server, override, bindings }: Identity): string => {
    const needsBinding = server.exposure === 'bound' || override?.exposure === 'bound';
    // The applying binding is the crew's, if there is one.
    const applying = bindings.find(({ scope }) => scope === 'crew') ?? bindings[0];
    const forOthers = needsBinding && applying?.enabled !== true;
    return `${server.managed_by === null ? 'a' : forOthers ? 'c' : 'b'} ${server.id}`;
  };
  return key(one) < key(other);
}

/** Rule 3 for the generators' endpoints, of which only those on a.example and b.example are URLs. */
export function isMoved({ server, override }: Identity): boolean {
  if (override === undefined) return false;
  const transport = override.transport ?? server.transport;
  if (transport !== server.transport) return true;
  if (transport === 'stdio') return (override.command ?? server.command) !== server.command;
  const endpoint = override.endpoint ?? server.endpoint;
  const place = (text: string | null): string | undefined =>
    /^https?:\/\/[aAb]\.example/.exec(text ?? '')?.[0].toLowerCase();
  return (
    endpoint !== server.endpoint &&
    (place(endpoint) === undefined || place(endpoint) !== place(server.endpoint))
  );
}

/** RFC 7396, section 2, as its pseudocode has it: the target is changed. Objects are made without prototypes. */
export function rfc7396(target: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) return patch;
  const result = (isPlainObject(target) ? target : Object.create(null)) as Record<string, unknown>;
  for (const name of Object.keys(patch)) {
    if (patch[name] === null) delete result[name];
    else result[name] = rfc7396(result[name], patch[name]);
  }
  return result;
}

/** JSON text to objects without prototypes, so that `__proto__` is a name like any other. */
export function parseBare(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    if (!isPlainObject(value)) return value;
    const bare = Object.create(null) as Record<string, unknown>;
    for (const [name, member] of Object.entries(value)) bare[name] = member;
    return bare;
  });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The row that an origin names, among those that may speak for an agent at all. */
export function rowAt(rows: TierRows, { tier, id }: Origin): ServerRow | BindingRow | undefined {
  if (tier === 'workspace') return rows.workspace_servers.find((row) => row.id === id);
  if (tier === 'agent') return rows.bindings.find((row) => row.id === id);
  return rows.crew_servers.find((row) => row.id === id && row.crew_id === rows.crew_id);
}

/** The value at a JSON Pointer in JSON text, as text; undefined if there is none. */
export function textAt(json: string | null, pointer: string): string | undefined {
  const tokens = pointer.split('/').slice(1);
  let value: unknown = json === null ? undefined : parseBare(json);
  for (const token of tokens) {
    value = isPlainObject(value) ? value[token.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  return JSON.stringify(value);
}

/** Pointers of all values in JSON text that are no objects, or empty ones. */
export function leafPointers(json: string): string[] {
  const walk = (value: unknown, pointer: string): string[] => {
    if (!isPlainObject(value) || Object.keys(value).length === 0) return [pointer];
    return Object.keys(value).flatMap((name) =>
      walk(value[name], `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
  };
  return walk(parseBare(json), '');
}
