import pg from 'pg';

const serversPerWorkspace = 20;
const bindingsPerWorkspace = 1_000;

/** Fills the table with bindings of other workspaces, 1,000 each, until it has `total`. */
export async function addBindingsOfOthers(databaseUrl: string, total: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM bindings.agent_bindings');
    const missing = total - Number(rows[0]?.count);
    const workspaces = Math.ceil(missing / bindingsPerWorkspace);
    await client.query(
      `INSERT INTO bindings.workspace_servers (id, workspace_id, name, display_name, transport, endpoint, enabled, exposure)
       SELECT format('srv_%s_%s', w, s), 'ws_other_' || w, 'server-' || s, 'Server', 'streamable-http',
         'https://mcp.example.com/mcp', true, 'all'
       FROM generate_series(1, $1::int) w, generate_series(1, $2::int) s`,
      [workspaces, serversPerWorkspace],
    );
    await client.query(
      `INSERT INTO bindings.agent_bindings (id, workspace_id, agent_id, workspace_server_id, cred_type, enabled)
       SELECT format('bnd_%s', n), 'ws_other_' || w, format('agt_%s_%s', w, i / $2), format('srv_%s_%s', w, i % $2 + 1),
         'bearer', true
       FROM generate_series(0, $1::int - 1) n, LATERAL (SELECT n / $3 + 1 AS w, n % $3 AS i) o`,
      [missing, serversPerWorkspace, bindingsPerWorkspace],
    );
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}
