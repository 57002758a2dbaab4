import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { bodyOf, seen } from './incoming.js';
import { serve } from './loopback.js';
import type { Peer, PeerTool, SeenRequest } from './peer.js';
import { ToolList, type ToolServerOptions } from './tool-list.js';

export interface SessionServer extends Peer {
  setTools(tools: PeerTool[]): void;
  openSessions(): number;
  requests: SeenRequest[];
}

/**
 * An MCP server of revision 2025-11-25 at `/mcp`: `initialize` opens a session, DELETE ends it, and a session that is
 * not or no longer there answers 404.
 */
export async function startSessionServer(options: ToolServerOptions = {}): Promise<SessionServer> {
  const tools = new ToolList(options);
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const requests: SeenRequest[] = [];

  const open = async (): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const server = new Server({ name: 'session-peer', version: '1.0.0' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, ({ params }) => tools.page(params?.cursor));
    await server.connect(transport);
    return transport;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    requests.push(seen(origin, request, body));
    if (options.delayMs !== undefined) await delay(options.delayMs);
    const id = request.headers['mcp-session-id'];
    if (id === undefined && !isInitializeRequest(body))
      return refuse(response, 400, 'No session: initialize first');
    const transport = id === undefined ? await open() : sessions.get(String(id));
    if (transport === undefined) return refuse(response, 404, 'Session not found');
    await transport.handleRequest(request, response, body);
  };

  const { origin, stop } = await serve(answer);
  return {
    url: `${origin}/mcp`,
    stop,
    requests,
    setTools: (changed) => tools.set(changed),
    openSessions: () => sessions.size,
  };
}

function refuse(response: ServerResponse, status: 400 | 404, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }));
}
