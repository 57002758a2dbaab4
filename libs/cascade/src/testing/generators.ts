import * as fc from 'fast-check';
import type { BindingRow, CrewServerRow, Exposure, TierRows, ToolRow, WorkspaceServerRow } from '../rows.js';

/**
 * Rows from small pools, so that names collide, overrides meet their servers, endpoints share origins, and
 * crews and ids do not match. Free text carries the id of its row: a value that turns up where it does not
 * belong is seen at once.
 */

const workspaceIds = ['srv_w1', 'srv_w2', 'srv_w3', 'srv_w4'];
const crewRowIds = ['srv_c1', 'srv_c2', 'srv_c3', 'srv_c4', 'srv_c5'];
const nothing = fc.constant(null);

/** The first value six times out of seven. */
const mostly = <T>(usual: T, other: T): fc.Arbitrary<T> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(other) });
const enabled = mostly(true, false);
const exposure = mostly<Exposure>('all', 'bound');
const transport = fc.constantFrom('streamable-http', 'stdio');
const orNull = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof(values, values, values, nothing);
const rarely = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.oneof(values, nothing, nothing);

const endpointOf = (id: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    `https://a.example/${id}`,
    `https://a.example:443/${id}`,
    `https://A.example/`,
    `https://b.example/${id}`,
    `http://a.example/`,
    `not a url`,
    `not a url of ${id}`,
  );

/** JSON text of an object with few names; a patch may delete. */
function namedValues(id: string, names: readonly string[], isPatch: boolean): fc.Arbitrary<string> {
  const text = fc.constantFrom('1', '2').map((n) => `secret ${n} of ${id}`);
  return members(fc.constantFrom(...names), isPatch ? fc.oneof(text, text, nothing) : text);
}

/** Built as text: a name such as __proto__ must arrive as a plain member. */
function members(names: fc.Arbitrary<string>, values: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc
    .uniqueArray(fc.tuple(names, values), { minLength: 1, maxLength: 3, selector: ([name]) => name })
    .map((pairs) => `{ ${pairs.map(([n, v]) => `${JSON.stringify(n)}: ${JSON.stringify(v)}`).join(', ')} }`);
}

const env = (id: string, isPatch: boolean): fc.Arbitrary<string> =>
  namedValues(id, ['TOKEN', 'token', '__proto__', '1'], isPatch);
const headers = (id: string, isPatch: boolean): fc.Arbitrary<string> =>
  namedValues(id, ['Authorization', 'authorization', 'X-Key', 'x-KEY', '__proto__'], isPatch);

/** Nested objects to depth 3, with nulls: deletions in a patch, values elsewhere. */
function config(id: string): fc.Arbitrary<string> {
  const leaf = fc.constantFrom<unknown>(null, null, 1, `config of ${id}`, [], [null, id]);
  const names = fc.constantFrom('a', 'b', 'c/~', '__proto__', '1');
  const object = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    members(names, values).map((text): unknown => JSON.parse(text));
  const nested = object(fc.oneof(leaf, leaf, object(fc.oneof(leaf, object(leaf)))));
  return nested.map((value) => JSON.stringify(value));
}

function serverFields(id: string, isPatch: boolean) {
  return {
    name: fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'Epsilon'),
    endpoint: isPatch ? rarely(endpointOf(id)) : orNull(endpointOf(id)),
    command: isPatch ? rarely(fc.constantFrom('npx', 'uvx')) : orNull(fc.constantFrom('npx', 'npx', 'uvx')),
    args_json: orNull(fc.constant(`[ "argument of ${id}" ]`)),
    env_json: orNull(env(id, isPatch)),
    config_json: orNull(config(id)),
    headers_json: orNull(headers(id, isPatch)),
    icon: orNull(fc.constant(`icon of ${id}`)),
    enabled,
    exposure,
    managed_by: mostly<string | null>(null, 'connection'),
  } as const;
}

function workspaceServer(id: string): fc.Arbitrary<WorkspaceServerRow> {
  return fc.record<WorkspaceServerRow>({
    id: fc.constant(id),
    display_name: fc.constant(`display name of ${id}`),
    transport,
    ...serverFields(id, false),
  });
}

function crewServer(id: string): fc.Arbitrary<CrewServerRow> {
  const link = fc.constantFrom(...workspaceIds, ...workspaceIds, 'srv_w9', null, null, null, null);
  return link.chain((workspace_mcp_server_id) =>
    fc.record<CrewServerRow>({
      id: fc.constant(id),
      crew_id: mostly('crew_1', 'crew_2'),
      workspace_mcp_server_id: fc.constant(workspace_mcp_server_id),
      display_name: orNull(fc.constant(`display name of ${id}`)),
      transport: workspace_mcp_server_id === null ? transport : rarely(transport),
      ...serverFields(id, workspace_mcp_server_id !== null),
    }),
  );
}

/** At least half of the ids, each made into a row. */
function rowsOf<Row>(ids: string[], rowOf: (id: string) => fc.Arbitrary<Row>): fc.Arbitrary<Row[]> {
  return fc
    .shuffledSubarray(ids, { minLength: Math.ceil(ids.length / 2) })
    .chain((chosen) => fc.tuple(...chosen.map(rowOf)));
}

function binding(id: string): fc.Arbitrary<BindingRow> {
  return fc
    .record<BindingRow>({
      id: fc.constant(id),
      server_id: fc.constantFrom(...workspaceIds, ...crewRowIds),
      scope: fc.constant('crew'),
      enabled,
      config_override_json: orNull(config(id)),
      credential_id: orNull(fc.constant(`credential of ${id}`)),
      cred_type: fc.constantFrom('bearer', 'api_key', 'basic'),
      cred_header: nothing,
      env_var_name: nothing,
    })
    .map((row) => ({ ...row, scope: row.server_id.startsWith('srv_w') ? 'workspace' : 'crew' }));
}

const tool = fc.record<ToolRow>({
  crew_server_id: fc.constantFrom(...crewRowIds),
  tool_name: fc.constantFrom('b', 'a', 'B'),
  enabled: fc.boolean(),
});

const oneOfEach = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
];

/** Bindings of one agent, at most one a server. */
export const agentBindings: fc.Arbitrary<BindingRow[]> = rowsOf(
  ['bnd_1', 'bnd_2', 'bnd_3', 'bnd_4', 'bnd_5', 'bnd_6', 'bnd_7'],
  binding,
).map((rows) => oneOfEach(rows, (row) => row.server_id));

/** Rows under the constraints of the database: one override per crew and server, one tool row per tool. */
export const tierRows: fc.Arbitrary<TierRows> = fc.record<TierRows>({
  crew_id: mostly<string | null>('crew_1', null),
  workspace_servers: rowsOf(workspaceIds, workspaceServer),
  crew_servers: rowsOf(crewRowIds, crewServer).map((rows) =>
    oneOfEach(rows, (row) => `${row.crew_id} ${row.workspace_mcp_server_id ?? row.id}`),
  ),
  bindings: agentBindings,
  tools: fc
    .array(tool, { maxLength: 6 })
    .map((rows) => oneOfEach(rows, (row) => `${row.crew_server_id} ${row.tool_name}`)),
});

/** Rows that break those constraints; order must not matter even then. */
export const lawlessTierRows: fc.Arbitrary<TierRows> = fc
  .tuple(
    tierRows,
    rowsOf(['srv_c0', 'srv_c6'], crewServer),
    rowsOf(['bnd_0', 'bnd_8'], binding),
    fc.array(tool),
  )
  .map(([rows, crewServers, bindings, tools]) => ({
    ...rows,
    crew_servers: [...rows.crew_servers, ...crewServers],
    bindings: [...rows.bindings, ...bindings],
    tools: [...rows.tools, ...tools],
  }));

/** The same rows in another order. */
export function shuffled(rows: TierRows): fc.Arbitrary<TierRows> {
  const inAnyOrder = <Row>(list: readonly Row[]): fc.Arbitrary<Row[]> =>
    fc.shuffledSubarray([...list], { minLength: list.length });
  return fc.record<TierRows>({
    crew_id: fc.constant(rows.crew_id),
    workspace_servers: inAnyOrder(rows.workspace_servers),
    crew_servers: inAnyOrder(rows.crew_servers),
    bindings: inAnyOrder(rows.bindings),
    tools: inAnyOrder(rows.tools),
  });
}
