/** What is tried out: an MCP server of revision 2026-07-28 with 20 tools, which has nothing else to do. */
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';

const tools = Array.from({ length: 20 }, (_, index) => ({
  name: `tool-${index + 1}`,
  description: 'Searches the documents of the team, and answers those that fit best, with their authors.',
  inputSchema: {
    type: 'object' as const,
    properties: { query: { type: 'string' }, limit: { type: 'integer', minimum: 1, maximum: 100 } },
    required: ['query'],
  },
}));
const serveOne = (): Server => {
  const server = new Server({ name: 'bench', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools }));
  return server;
};
const answer = toNodeHandler(createMcpHandler(serveOne, { legacy: 'reject' }));
createServer((request, response) => {
  if (request.method === 'POST') void answer(request, response);
  else response.end('ready');
}).listen(Number(process.env.HAWSER_PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
