import type { RequestListener } from 'node:http';
import { bodyOf, seen } from './incoming.js';
import { serve } from './loopback.js';
import type { Peer, SeenRequest } from './peer.js';

export interface WebServer extends Peer {
  requests: SeenRequest[];
}

/** Sends every request elsewhere. */
export function startRedirectingServer(to: string, status = 307): Promise<WebServer> {
  return answering((_request, response) => response.writeHead(status, { location: to }).end());
}

/** A site for people: the same page for every request. */
export function startWebPage(): Promise<WebServer> {
  return answering((_request, response) =>
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end('<!doctype html><title>Welcome</title><h1>Our product</h1>'),
  );
}

async function answering(answer: RequestListener): Promise<WebServer> {
  const requests: SeenRequest[] = [];
  const { origin, stop } = await serve(async (request, response) => {
    requests.push(seen(origin, request, await bodyOf(request)));
    answer(request, response);
  });
  return { url: `${origin}/mcp`, stop, requests };
}
