/** Floor: bare Fastify that answers JSON bytes it holds already. */
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const body = readFileSync(process.env.FLOOR_BODY ?? '');
const server = Fastify();
server.get('/', (_, reply) => reply.type('application/json; charset=utf-8').send(body));
await server.listen({ port: Number(process.env.HAWSER_PORT) });
process.once('SIGTERM', () => process.exit(0));
