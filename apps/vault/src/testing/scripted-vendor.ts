import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ScriptedAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON, a string as it is. */
  body?: unknown;
  /** Nothing is answered at all. */
  hangs?: boolean;
}

export interface VendorRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An HTTP server on loopback that answers what a test says, in order, and remembers what it was asked. */
export class ScriptedVendor {
  readonly requests: VendorRequest[] = [];
  private readonly answers: ScriptedAnswer[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        const { method = '', url = '', headers } = request;
        this.requests.push({ method, path: url, headers, body });
        const answer = this.answers.shift() ?? { status: 404 };
        if (answer.hangs === true) return;
        const isText = typeof answer.body === 'string';
        const type = isText ? 'text/plain' : 'application/json';
        response.writeHead(answer.status ?? 200, { 'content-type': type, ...answer.headers });
        response.end(isText ? answer.body : JSON.stringify(answer.body ?? {}));
      });
    });
  }

  static async start(host = '127.0.0.1'): Promise<ScriptedVendor> {
    const vendor = new ScriptedVendor(createServer());
    vendor.server.listen(0, host);
    await once(vendor.server, 'listening');
    return vendor;
  }

  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  /** The only request that there was. */
  get request(): VendorRequest {
    const [request, ...more] = this.requests;
    if (request === undefined || more.length > 0) throw new Error(`${this.requests.length} requests came`);
    return request;
  }

  /** What matters of it in short: method and path, who asks, and the body, read as what it says it is. */
  get asked(): object {
    const { method, path, headers, body } = this.request;
    const { authorization, 'content-type': type, 'notion-version': version } = headers;
    const read = (): object =>
      type === 'application/json'
        ? { json: JSON.parse(body) as unknown }
        : { form: Object.fromEntries(new URLSearchParams(body)) };
    return {
      [method]: path,
      ...(authorization !== undefined && { authorization }),
      ...(version !== undefined && { version }),
      ...(body !== '' && read()),
    };
  }

  answer(...answers: ScriptedAnswer[]): this {
    this.answers.push(...answers);
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
