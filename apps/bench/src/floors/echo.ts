/** Floor: answers a NATS subject with bytes it holds already. */
import { readFileSync } from 'node:fs';
import { connect } from '@nats-io/transport-node';
import Fastify from 'fastify';

const body = readFileSync(process.env.FLOOR_BODY ?? '');
const connection = await connect({ servers: process.env.NATS_URL ?? '', noAsyncTraces: true });
connection.subscribe(process.env.FLOOR_SUBJECT ?? '', {
  queue: 'floor',
  callback: (_, message) => void message.respond(body),
});
await Fastify()
  .get('/', () => 'ready')
  .listen({ port: Number(process.env.HAWSER_PORT) });
process.once('SIGTERM', () => process.exit(0));
