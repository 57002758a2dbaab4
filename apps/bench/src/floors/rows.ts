/**
 * Floor: answers a NATS subject with the rows of one prepared query as JSON, each time asked afresh, after a row has been
 * inserted that says so. The rows are those that the product reads for it: servers, bindings, and credentials, which stay
 * encrypted here.
 */
import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL ?? '', max: 10 });
const query = {
  name: 'rows',
  text: `
    SELECT s.id, s.name, s.display_name, s.transport, s.endpoint, s.command, s.args_json, s.env_json, s.config_json,
      s.headers_json, s.icon, s.enabled, b.id AS binding_id, b.credential_id, b.cred_type,
      c.name AS credential_name, encode(x.sealed, 'base64') AS sealed, encode(k.wrapped_key, 'base64') AS wrapped_key
    FROM bindings.workspace_servers s
    LEFT JOIN bindings.agent_bindings b
      ON b.workspace_id = s.workspace_id AND b.workspace_server_id = s.id AND b.agent_id = $2
    LEFT JOIN vault.credentials c ON c.workspace_id = s.workspace_id AND c.name = s.name
    LEFT JOIN vault.secrets x ON x.workspace_id = c.workspace_id AND x.owner_id = c.id AND x.field = 'value'
    LEFT JOIN vault.data_keys k ON k.workspace_id = x.workspace_id AND k.version = x.key_version
    WHERE s.workspace_id = $1 ORDER BY s.name`,
  values: [process.env.FLOOR_WORKSPACE ?? '', process.env.FLOOR_AGENT ?? ''],
};
const note = {
  name: 'note',
  text: `INSERT INTO floor_notes (workspace_id, at, actor_id, target_id, request_id) VALUES ($1, now(), 'tok', $2, $3)`,
};
await pool.query(
  `CREATE TABLE IF NOT EXISTS floor_notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workspace_id text NOT NULL,
     at timestamptz NOT NULL, actor_id text NOT NULL, target_id text NOT NULL, request_id text NOT NULL)`,
);
async function answer(): Promise<string> {
  const { rows } = await pool.query<object>(query);
  await pool.query({ ...note, values: [...query.values, randomUUID()] });
  return JSON.stringify(rows);
}
const connection = await connect({ servers: process.env.NATS_URL ?? '', noAsyncTraces: true });
connection.subscribe(process.env.FLOOR_SUBJECT ?? '', {
  queue: 'floor',
  callback: (_, message) => void answer().then((text) => message.respond(text)),
});
await Fastify()
  .get('/', () => 'ready')
  .listen({ port: Number(process.env.HAWSER_PORT) });
process.once('SIGTERM', () => process.exit(0));
