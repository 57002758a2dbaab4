import type { Egress, Fetch } from '@hawser/egress';
import {
  Client,
  SSEClientTransport,
  SseError,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { goodbyeMs, identity, probeWithinMs, userAgent } from '../limits.js';
import { unlessAborted, within } from './errand.js';
import type { Exchange, Exchanges } from './exchanges.js';
import { Incoming } from './incoming.js';
import { maySpeakSse } from './telling.js';
import type { ToolPage } from './tool-list.js';

/** Whom to talk to, and with which headers. */
export interface Target {
  endpoint: URL;
  headers: Record<string, string>;
  /** Values of credentials in the headers: repeated to nobody. */
  secrets?: readonly string[];
}

/** All that talking to a server takes. */
export interface Visit {
  target: Target;
  exchanges: Exchanges;
  egress: Egress;
  /** Ends the talk. */
  signal: AbortSignal;
}

/** The newest revision that both know; the older ones at once, without asking for the newest; and the oldest transport. */
type Way = 'newest' | 'initialize' | 'sse';

/** Longer than any errand, so that the errand's signal is what ends a request. */
const requestOptions = { timeout: 2 * probeWithinMs };

/** A server that has been shaken hands with. */
export class McpConnection {
  private constructor(
    readonly client: Client,
    readonly transport: 'streamable-http' | 'sse',
    private readonly wire: StreamableHTTPClientTransport | SSEClientTransport,
    private readonly incoming: Incoming,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Shakes hands in the newest way that the server knows. A 401 or 403 is an answer, never a reason to try another way.
   * @throws the signal's reason, or what the MCP client says; `exchanges` has what really happened
   */
  static async open(visit: Visit): Promise<McpConnection> {
    let way: Way = 'newest';
    for (;;) {
      try {
        return await this.attempt(way, visit);
      } catch (error) {
        const next: Way | undefined = visit.signal.aborted ? undefined : wayAfter(way, visit.exchanges.list);
        if (next === undefined) throw error;
        way = next;
      }
    }
  }

  private static async attempt(
    way: Way,
    { target, exchanges, egress, signal }: Visit,
  ): Promise<McpConnection> {
    const client = new Client(identity, {
      versionNegotiation: { mode: way === 'newest' ? 'auto' : 'legacy' },
    });
    const options = {
      fetch: politely(exchanges.fetch, egress),
      // Ours follows them, and looks where they lead.
      redirectPolicy: 'follow' as const,
      requestInit: { headers: headersOf(target) },
    };
    const wire =
      way === 'sse'
        ? new SSEClientTransport(target.endpoint, options)
        : new StreamableHTTPClientTransport(target.endpoint, { ...options, reconnectionOptions: neverAgain });
    const incoming = new Incoming(exchanges);
    const transport = way === 'sse' ? 'sse' : 'streamable-http';
    const connection = new McpConnection(client, transport, wire, incoming, signal);
    // The client calls what it finds here before it looks at a message itself.
    wire.onmessage = incoming.hear;
    client.onerror = (error) => {
      incoming.count();
      // The SSE transport cannot be kept from connecting again, unless it is closed.
      if (error instanceof SseError) void wire.close();
    };
    try {
      await unlessAborted(signal, client.connect(wire, requestOptions));
      exchanges.shakeHands();
      return connection;
    } catch (error) {
      await connection.end();
      throw error;
    }
  }

  get hasTools(): boolean {
    return this.client.getServerCapabilities()?.tools !== undefined;
  }

  /** A page of the list of tools, as the server tells it. */
  async listTools(cursor: string | undefined): Promise<ToolPage> {
    const params = cursor === undefined ? {} : { params: { cursor } };
    // Not `client.listTools`: it prints to the console, leaves tools out, and ends at 64 pages.
    const request = this.client.request({ method: 'tools/list', ...params }, requestOptions);
    const { nextCursor } = await unlessAborted(this.signal, request);
    return { tools: this.incoming.takeTools(), nextCursor };
  }

  /** Ends the session, if there is one, and closes all that is open. Never fails. */
  async end(): Promise<void> {
    // What the server makes of it changes nothing for anybody.
    if ('terminateSession' in this.wire) await this.wire.terminateSession().catch(() => undefined);
    await this.client.close();
    // While it still shakes hands, the client does not know of its transport yet.
    await this.wire.close();
  }
}

/** What is configured counts, in whatever case it is written. */
function headersOf({ headers }: Target): Headers {
  const all = new Headers({ 'user-agent': userAgent });
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return all;
}

/** What to try when one way has failed. */
function wayAfter(way: Way, exchanges: readonly Exchange[]): Way | undefined {
  if (way !== 'sse' && maySpeakSse(exchanges)) return 'sse';
  return way === 'newest' && exchanges.length === 1 && exchanges.every(isChoked) ? 'initialize' : undefined;
}

/** Old servers have been seen to fail at a method that they do not know, or to answer nothing of use. */
function isChoked({ status = 0, contentType }: Exchange): boolean {
  return status >= 500 || (status >= 200 && status < 300 && contentType !== 'text/html');
}

const neverAgain = {
  maxRetries: 0,
  initialReconnectionDelay: 0,
  maxReconnectionDelay: 0,
  reconnectionDelayGrowFactor: 1,
};

/** Ends a session within a time of its own, because the errand's may be over, and reads no answer. */
function politely(fetch: Fetch, egress: Egress): Fetch {
  return (url, init) => {
    if (init?.method !== 'DELETE') return fetch(url, init);
    return within(goodbyeMs, undefined, async (signal) => {
      const goodbye = egress.fetchWithin({ signal, maxBytes: 0, maxRedirects: 0 });
      const { status } = await goodbye(url, { ...init, signal: null });
      return new Response(null, { status });
    });
  };
}
