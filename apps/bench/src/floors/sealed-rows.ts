/** Floor: bare Fastify, whose every request reads credentials by primary key, one after the other, and opens their values. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
const reads = Number(process.env.BENCH_READS);
const workspaces = Number(process.env.BENCH_WORKSPACES);
const credentials = Number(process.env.BENCH_CREDENTIALS);
const key = randomBytes(32);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL ?? '', max: 10 });

function seal(text: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

function open(sealed: Buffer): string {
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  return decipher.update(sealed.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
}

const workspaceOf = (number: number): string => `ws_floor_${number % workspaces}`;
const idOf = (number: number): string => `cred_floor_${number}`;
const numbers = Array.from({ length: credentials }, (_, number) => number);
const places = [numbers.map(workspaceOf), numbers.map(idOf)];

await pool.query(
  `INSERT INTO vault.data_keys (workspace_id, version, master_key_id, wrapped_key)
   SELECT DISTINCT w, 1, 'floor', $2::bytea FROM unnest($1::text[]) w`,
  [places[0], randomBytes(nonceBytes + key.length + tagBytes)],
);
await pool.query(
  `INSERT INTO vault.credentials (workspace_id, id, name, type, status, version)
   SELECT w, id, id, 'bearer', 'active', 1 FROM unnest($1::text[], $2::text[]) AS c (w, id)`,
  places,
);
await pool.query(
  `INSERT INTO vault.secrets (workspace_id, owner_id, field, key_version, sealed)
   SELECT w, id, 'value', 1, sealed FROM unnest($1::text[], $2::text[], $3::bytea[]) AS c (w, id, sealed)`,
  [...places, numbers.map(() => seal(randomBytes(30).toString('base64url')))],
);
await pool.query('VACUUM ANALYZE');

const text = `
  SELECT c.name, c.type, c.status, c.expires_at, s.sealed, k.wrapped_key
  FROM vault.credentials c
  JOIN vault.secrets s ON s.workspace_id = c.workspace_id AND s.owner_id = c.id AND s.field = 'value'
  JOIN vault.data_keys k ON k.workspace_id = s.workspace_id AND k.version = s.key_version
  WHERE c.workspace_id = $1 AND c.id = $2`;

async function read(): Promise<string> {
  const number = Math.floor(Math.random() * credentials);
  const values = [workspaceOf(number), idOf(number)];
  const { rows } = await pool.query<{ sealed: Buffer }>({ name: 'credential', text, values });
  const [row] = rows;
  if (row === undefined) throw new Error(`${idOf(number)} has gone`);
  return open(row.sealed);
}

const server = Fastify();
server.get('/', async () => {
  let characters = 0;
  for (let done = 0; done < reads; done++) characters += (await read()).length;
  return { characters };
});
await server.listen({ port: Number(process.env.HAWSER_PORT) });
process.once('SIGTERM', () => process.exit(0));
