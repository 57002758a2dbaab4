import { serve } from './loopback.js';
import type { Peer } from './peer.js';

export interface HangingServer extends Peer {
  openConnections(): number;
}

/** Takes every request and then says nothing more: before the headers of its answer, or within the body. */
export async function startHangingServer(at: 'headers' | 'body'): Promise<HangingServer> {
  const { origin, stop, openConnections } = await serve((_request, response) => {
    if (at === 'headers') return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"jsonrpc":');
  });
  return { url: `${origin}/mcp`, stop, openConnections };
}
