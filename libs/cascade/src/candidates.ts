import type { Origin } from './answer.js';
import type { BindingRow, CrewServerRow, ServerRow, ServerTier, TierRows, ToolRow } from './rows.js';

/** A server row and the tier it stands on. */
export interface Layer {
  readonly tier: ServerTier;
  readonly row: ServerRow;
}

/** One server identity with all rows that concern it. */
export interface Candidate {
  /** The row that gives identity: `server_id`, `scope` and `name`. */
  readonly base: Layer;
  /** The crew's override of a workspace server. */
  readonly override: Layer | null;
  readonly crewBinding: BindingRow | null;
  readonly workspaceBinding: BindingRow | null;
  readonly disabledTools: readonly string[];
}

/**
 * Rules 1 and 5: the identities that an agent might get, and the rows that attach to each. An override is no
 * identity of its own, and one without its workspace server is none at all.
 */
export function candidatesOf(rows: TierRows): Record<ServerTier, Candidate[]> {
  const crewRows = rows.crew_servers.filter((row) => row.crew_id === rows.crew_id);
  const overrides = lowestIdBy(crewRows, (row) => row.workspace_mcp_server_id);
  const bindings = {
    workspace: lowestIdBy(rows.bindings, ({ scope, server_id }) =>
      scope === 'workspace' ? server_id : null,
    ),
    crew: lowestIdBy(rows.bindings, ({ scope, server_id }) => (scope === 'crew' ? server_id : null)),
  };
  const disabledTools = disabledToolsByCrewRow(rows.tools);

  const gather = (base: Layer, override: CrewServerRow | null): Candidate => {
    const crewRow = base.tier === 'crew' ? base.row : override;
    return {
      base,
      override: override && { tier: 'crew', row: override },
      crewBinding: (crewRow ? bindings.crew.get(crewRow.id) : undefined) ?? null,
      workspaceBinding: (base.tier === 'workspace' ? bindings.workspace.get(base.row.id) : undefined) ?? null,
      disabledTools: (crewRow ? disabledTools.get(crewRow.id) : undefined) ?? [],
    };
  };
  return {
    workspace: rows.workspace_servers.map((row) =>
      gather({ tier: 'workspace', row }, overrides.get(row.id) ?? null),
    ),
    crew: crewRows
      .filter((row) => row.workspace_mcp_server_id === null)
      .map((row) => gather({ tier: 'crew', row }, null)),
  };
}

/** The crew row behind a candidate, whether its override or its only row. */
export function crewLayerOf({ base, override }: Candidate): Layer | null {
  return base.tier === 'crew' ? base : override;
}

/** Rule 5: of bindings to both rows the crew-scoped one applies whole. */
export function bindingOf({ crewBinding, workspaceBinding }: Candidate): BindingRow | null {
  return crewBinding ?? workspaceBinding;
}

export function originOf({ tier, row }: Layer): Origin {
  return { tier, id: row.id };
}

/**
 * Indexes rows by a key, without those whose key is null. The database allows one row a key; should there be
 * more, the lowest id counts, so that the order of rows decides nothing.
 */
function lowestIdBy<Row extends { readonly id: string }>(
  rows: readonly Row[],
  keyOf: (row: Row) => string | null,
): Map<string, Row> {
  const index = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key === null) continue;
    const known = index.get(key);
    if (known === undefined || row.id < known.id) index.set(key, row);
  }
  return index;
}

function disabledToolsByCrewRow(tools: readonly ToolRow[]): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const { crew_server_id, tool_name, enabled } of tools) {
    if (enabled) continue;
    const names = index.get(crew_server_id);
    if (names === undefined) index.set(crew_server_id, [tool_name]);
    else names.push(tool_name);
  }
  return index;
}
