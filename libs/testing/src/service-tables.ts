type Query = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

/** How many rows of a workspace each table of a service has; tables without any are left out. */
export async function countRows(
  query: Query,
  schema: string,
  workspaceId: string,
): Promise<Record<string, number>> {
  const tables = await query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = $1 AND column_name = 'workspace_id' ORDER BY table_name`,
    [schema],
  );
  const counts = await Promise.all(
    tables.map(async ({ name }): Promise<[string, number]> => {
      const sql = `SELECT count(*)::int AS rows FROM ${name} WHERE workspace_id = $1`;
      const [row] = await query<{ rows: number }>(sql, [workspaceId]);
      return [name, row?.rows ?? 0];
    }),
  );
  return Object.fromEntries(counts.filter(([, rows]) => rows > 0));
}

/** What a service has to tell about a workspace, in the order in which it happened. */
export async function outboxOf<Envelope>(query: Query, workspaceId: string): Promise<Envelope[]> {
  const rows = await query<{ envelope: Envelope }>(
    `SELECT envelope FROM outbox WHERE envelope ->> 'workspace_id' = $1 ORDER BY id COLLATE "C"`,
    [workspaceId],
  );
  return rows.map(({ envelope }) => envelope);
}
