import type { TierRows } from '@hawser/cascade';

/** The same rows, as if every agent got them. */
export function withoutSwitches(rows: TierRows): TierRows {
  const open = { enabled: true, exposure: 'all' } as const;
  return {
    ...rows,
    workspace_servers: rows.workspace_servers.map((row) => ({ ...row, ...open })),
    crew_servers: rows.crew_servers.map((row) => ({ ...row, ...open })),
  };
}
