import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ScriptedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** The JSON-RPC message in the body, if there was one. */
  rpc?: { id?: unknown; method: string; params?: { cursor?: string } };
}

export interface ScriptedServer {
  url: string;
  requests: ScriptedRequest[];
  openConnections(): number;
  stop(): Promise<void>;
}

export type Script = (request: ScriptedRequest, response: ServerResponse) => void;

/** A peer on loopback that does what a test tells it, however wrong that is. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const open = new Set<Socket>();
  const server = createServer((incoming, response) => {
    void (async () => {
      const rpc = (await json(incoming).catch(() => undefined)) as ScriptedRequest['rpc'];
      const { method = '', url: path = '', headers } = incoming;
      const request = { method, path, headers, ...(rpc !== undefined && { rpc }) };
      requests.push(request);
      script(request, response);
    })();
  });
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    requests,
    openConnections: () => open.size,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** The same answer to every request. */
export function always(status: number, headers: Record<string, string>, body = ''): Script {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function sendResult({ rpc }: ScriptedRequest, response: ServerResponse, result: unknown): void {
  sendJson(response, { jsonrpc: '2.0', id: rpc?.id, result });
}

interface OldServer {
  serverInfo?: unknown;
  capabilities?: unknown;
  /** Default: 400, as most of them answer what comes before `initialize`. */
  toUnknown?: Script;
  /** Default: no tools. */
  toList?: Script;
}

/** A server of 2025-06-18, without sessions. */
export function oldServer({
  serverInfo = { name: 'old', version: '1' },
  capabilities = { tools: {} },
  toUnknown = always(400, {}),
  toList = (request, response) => sendResult(request, response, { tools: [] }),
}: OldServer = {}): Script {
  return (request, response) => {
    switch (request.rpc?.method) {
      case 'initialize':
        return sendResult(request, response, { protocolVersion: '2025-06-18', capabilities, serverInfo });
      case 'notifications/initialized':
        return void response.writeHead(202).end();
      case 'tools/list':
        return toList(request, response);
      case undefined:
        return void response.writeHead(405).end();
      default:
        return toUnknown(request, response);
    }
  };
}

/** Tools with schemas that any client takes. */
export function toolsNamed(...names: string[]): { name: string; inputSchema: { type: 'object' } }[] {
  return names.map((name) => ({ name, inputSchema: { type: 'object' } }));
}
