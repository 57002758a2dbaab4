/** Floor: bare Fastify that asks one NATS subject for every request and sends on the bytes that come back. */
import { connect } from '@nats-io/transport-node';
import Fastify from 'fastify';

const subject = process.env.FLOOR_SUBJECT ?? '';
const timeoutMs = 5_000;
const question = JSON.stringify({ id: 'srv_01h455vb4pex5vsknk084sn02q' });
const connection = await connect({ servers: process.env.NATS_URL ?? '', noAsyncTraces: true });
const server = Fastify();
server.get('/', async (_, reply) => {
  const answer = await connection.request(subject, question, { timeout: timeoutMs });
  return reply.type('application/json; charset=utf-8').send(Buffer.from(answer.data));
});
await server.listen({ port: Number(process.env.HAWSER_PORT) });
process.once('SIGTERM', () => process.exit(0));
