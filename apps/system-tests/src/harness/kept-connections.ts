import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Api } from './api.js';

export interface Ask {
  /** For counting. */
  what: string;
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  body?: object;
  headers?: Record<string, string>;
}

export interface Reply {
  /** The status, or the error's code where there was no answer. */
  result: number | string;
  /** Of a problem document. */
  code?: string;
  contentType?: string;
  /** Why it was sent to the other gateway. */
  moved?: 'refused' | 'cut off' | 'not ready';
}

const hungAfterMs = 20_000;

/**
 * A caller that keeps its connections, and does what a load balancer in front of the gateways does: where a gateway does
 * not take a connection, ends it without a byte of an answer, or is only starting, the request goes to another one, once.
 */
export class KeptConnections {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly api: Api) {}

  async send(ask: Ask): Promise<Reply> {
    const [gateway, other] = this.api.gateways.inTurn();
    const reply = await this.attempt(gateway, ask);
    const moved = whyMove(reply);
    if (moved === undefined || other === undefined) return reply;
    return { ...(await this.attempt(other, ask)), moved };
  }

  close(): void {
    this.agent.destroy();
  }

  private attempt(gateway: string, { method, path, body, headers }: Ask): Promise<Reply> {
    const { token, workspace } = this.api;
    const url = new URL(path, gateway);
    url.searchParams.set('workspace_id', workspace ?? '');
    return new Promise((resolve) => {
      const sent = request(url, {
        method,
        agent: this.agent,
        timeout: hungAfterMs,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      });
      sent.once('timeout', () => sent.destroy(Object.assign(new Error(), { code: 'hung' })));
      sent.once('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => resolve({ result: code }));
      sent.once('response', (response) => {
        const contentType = response.headers['content-type'] ?? '';
        text(response).then(
          (answered) =>
            resolve({ result: response.statusCode ?? 0, contentType, ...codeIn(contentType, answered) }),
          () => resolve({ result: 'cut off in the answer' }),
        );
      });
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function whyMove({ result, contentType }: Reply): Reply['moved'] {
  if (result === 'ECONNREFUSED') return 'refused';
  // While a gateway is starting it has nothing but its health to show, and no problem documents.
  if (result === 503 && contentType?.startsWith('application/json')) return 'not ready';
  return result === 'ECONNRESET' || result === 'EPIPE' ? 'cut off' : undefined;
}

function codeIn(contentType: string, answered: string): { code?: string } {
  if (!contentType.startsWith('application/problem+json')) return {};
  return { code: (JSON.parse(answered) as { code: string }).code };
}
