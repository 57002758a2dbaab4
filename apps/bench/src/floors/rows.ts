/** Floor: answers a NATS subject with the rows of one prepared query as JSON, each time asked afresh. */
import { connect } from '@nats-io/transport-node';
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL ?? '', max: 10 });
const query = {
  name: 'rows',
  text: `
    SELECT s.id, s.name, s.display_name, s.transport, s.endpoint, s.command, s.args_json, s.env_json, s.config_json,
      s.headers_json, s.icon, s.enabled, b.id AS binding_id, b.credential_id, b.cred_type
    FROM bindings.workspace_servers s
    LEFT JOIN bindings.agent_bindings b
      ON b.workspace_id = s.workspace_id AND b.workspace_server_id = s.id AND b.agent_id = $2
    WHERE s.workspace_id = $1 ORDER BY s.name`,
  values: [process.env.FLOOR_WORKSPACE ?? '', process.env.FLOOR_AGENT ?? ''],
};
const connection = await connect({ servers: process.env.NATS_URL ?? '', noAsyncTraces: true });
connection.subscribe(process.env.FLOOR_SUBJECT ?? '', {
  queue: 'floor',
  callback: (_, message) => void pool.query(query).then(({ rows }) => message.respond(JSON.stringify(rows))),
});
await Fastify()
  .get('/', () => 'ready')
  .listen({ port: Number(process.env.HAWSER_PORT) });
process.once('SIGTERM', () => process.exit(0));
