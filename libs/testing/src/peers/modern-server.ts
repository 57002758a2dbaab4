import { setTimeout as delay } from 'node:timers/promises';
import { toNodeHandler, type NodeMcpRequestHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { bodyOf, seen } from './incoming.js';
import { serve } from './loopback.js';
import type { Peer, PeerTool, SeenRequest } from './peer.js';
import { ToolList, type ToolServerOptions } from './tool-list.js';

export interface ModernServer extends Peer {
  setTools(tools: PeerTool[]): void;
  requests: SeenRequest[];
}

/** An MCP server of revision 2026-07-28 and no other, at `/mcp`. */
export async function startModernServer(
  options: ToolServerOptions & { tls?: { cert: string; key: string } } = {},
): Promise<ModernServer> {
  const tools = new ToolList(options);
  const answer = modernHandler(tools);
  const requests: SeenRequest[] = [];
  const { origin, stop } = await serve(async (request, response) => {
    const body = await bodyOf(request);
    requests.push(seen(origin, request, body));
    if (options.delayMs !== undefined) await delay(options.delayMs);
    await answer(request, response, body);
  }, options.tls);
  return { url: `${origin}/mcp`, stop, requests, setTools: (changed) => tools.set(changed) };
}

/** Answers requests of Node's HTTP server; the revision has no sessions, so each gets a server of its own. */
export function modernHandler(tools: ToolList): NodeMcpRequestHandler {
  const serveOne = (): Server => {
    const server = new Server({ name: 'modern-peer', version: '1.0.0' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', ({ params }) => tools.page(params?.cursor));
    return server;
  };
  return toNodeHandler(createMcpHandler(serveOne, { legacy: 'reject' }));
}
