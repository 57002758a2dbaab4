/** Floor: bare Fastify that shakes hands with an MCP server and lists its tools, by the MCP client and Node's fetch. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import Fastify from 'fastify';

const endpoint = new URL(process.env.FLOOR_ENDPOINT ?? '');
const server = Fastify();
server.post('/', async () => {
  const client = new Client({ name: 'floor', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(endpoint));
  const { tools } = await client.listTools();
  await client.close();
  return { server_info: client.getServerVersion(), tools };
});
server.get('/', () => 'ready');
await server.listen({ port: Number(process.env.HAWSER_PORT) });
process.once('SIGTERM', () => process.exit(0));
