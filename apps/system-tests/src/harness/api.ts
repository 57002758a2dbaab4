import type { Gateways } from './gateways.js';

/** What came back. `body` is parsed where it is JSON, otherwise text. */
export interface Answer<Body = Json> {
  status: number;
  headers: Headers;
  body: Body;
  text: string;
}

// Answers are looked into by the tests that asked for them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Ask {
  body?: unknown;
  headers?: Record<string, string>;
}

/** Calls the gateways as one caller, in one workspace (or none). */
export class Api {
  constructor(
    readonly gateways: Gateways,
    readonly token: string | null,
    readonly workspace: string | null = null,
  ) {}

  as(token: string | null): Api {
    return new Api(this.gateways, token, this.workspace);
  }

  in(workspace: string | null): Api {
    return new Api(this.gateways, this.token, workspace);
  }

  get = (path: string, ask: Ask = {}): Promise<Answer> => this.send('GET', path, ask);
  post = (path: string, body?: unknown, ask: Ask = {}): Promise<Answer> =>
    this.send('POST', path, { ...ask, body });
  patch = (path: string, body?: unknown, ask: Ask = {}): Promise<Answer> =>
    this.send('PATCH', path, { ...ask, body });
  delete = (path: string, ask: Ask = {}): Promise<Answer> => this.send('DELETE', path, ask);

  /** A string as body is sent as it is; anything else as JSON. */
  async send(method: string, path: string, { body, headers = {} }: Ask = {}): Promise<Answer> {
    const url = new URL(path, this.gateways.next());
    if (this.workspace !== null && !url.searchParams.has('workspace_id'))
      url.searchParams.set('workspace_id', this.workspace);
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /^application\/(problem\+)?json\b/.test(response.headers.get('content-type') ?? '');
    const parsed: Json = isJson && text !== '' ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, text, body: parsed };
  }

  /** The same, for what has to work: answers the body, and fails with the problem if it is one. */
  async must(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.send(method, path, body === undefined ? {} : { body });
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }
}
