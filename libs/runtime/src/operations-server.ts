import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readiness, type Check } from './health.js';
import { scrape } from './metrics.js';

export interface OperationsServerOptions {
  host: string;
  port: number;
  /** What has to work for the program to be of use. */
  checks: Record<string, Check>;
  /** Of answers to any other path: 404, or 503 where something is still to come. */
  elsewhere?: 404 | 503;
}

interface Page {
  status: number;
  contentType: string;
  body: string;
}

/** HTTP for those who run a program: `/healthz`, `/readyz` and `/metrics`, and nothing else. */
export class OperationsServer {
  private constructor(
    readonly url: string,
    private readonly end: () => Promise<void>,
  ) {}

  static async start({
    host,
    port,
    checks,
    elsewhere = 404,
  }: OperationsServerOptions): Promise<OperationsServer> {
    const server = createServer(listener(checks, elsewhere));
    server.listen(port, host);
    await once(server, 'listening');
    const { port: bound } = server.address() as AddressInfo;
    const closed = async (): Promise<void> => {
      const end = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await end;
    };
    return new OperationsServer(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`, closed);
  }

  close(): Promise<void> {
    return this.end();
  }
}

function listener(checks: Record<string, Check>, elsewhere: 404 | 503): RequestListener {
  const nothingHere = json(elsewhere, { status: 'there is only /healthz, /readyz and /metrics here' });
  const pages: Record<string, () => Promise<Page>> = {
    '/healthz': () => Promise.resolve(json(200, { status: 'ok' })),
    '/readyz': async () => {
      const { ready, checks: outcomes } = await readiness(checks);
      return json(ready ? 200 : 503, { status: ready ? 'ok' : 'not ready', checks: outcomes });
    },
    '/metrics': async () => ({ status: 200, ...(await scrape()) }),
  };
  return (request, response) => {
    const page = pages[request.url?.split('?')[0] ?? ''];
    const answer = page === undefined ? Promise.resolve(nothingHere) : page();
    void answer
      .catch((error: unknown) => json(500, { status: String(error) }))
      .then((it) => {
        response.writeHead(it.status, { 'content-type': it.contentType, 'cache-control': 'no-store' });
        response.end(request.method === 'HEAD' ? undefined : it.body);
      });
  };
}

function json(status: number, body: object): Page {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}
