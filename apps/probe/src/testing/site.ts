import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a site answers at one path; JSON unless it says otherwise. `hangs` never ends the answer. */
export interface Page {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  hangs?: boolean;
}

/** A web site on loopback, made of the pages that a test puts there; the rest is 404. */
export class Site {
  /** Method and path of each request, in order. */
  readonly asked: string[] = [];
  private readonly pages = new Map<string, Page>();

  private constructor(private readonly server: Server) {
    server.on('request', ({ method = '', url = '' }, response) => {
      this.asked.push(`${method} ${url}`);
      answer(response, this.pages.get(url) ?? { status: 404 });
    });
  }

  static async start(): Promise<Site> {
    const site = new Site(createServer());
    site.server.listen(0, '127.0.0.1');
    await once(site.server, 'listening');
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  put(path: string, page: Page): this {
    this.pages.set(path, page);
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

function answer(response: ServerResponse, { status = 200, headers, json, text, hangs }: Page): void {
  if (hangs) return;
  const type = json === undefined ? 'text/html' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(json === undefined ? text : JSON.stringify(json));
}
