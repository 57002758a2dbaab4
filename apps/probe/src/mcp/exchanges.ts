import { setImmediate } from 'node:timers/promises';
import { EgressError, type Fetch } from '@hawser/egress';
import { maxRequests, maxRequestsAtOnce, maxUncheckedBytes } from '../limits.js';
import { challengeOf, type Challenge } from './challenge.js';

/** One request and what came of it. */
export interface Exchange {
  method: string;
  url: string;
  status?: number;
  /** Who answered in the end, when the request was redirected; no query, which may be secret. */
  redirectedTo?: string;
  /** Without parameters, in lower case; "" when the answer names none. */
  contentType?: string;
  retryAfter?: string;
  /** Of a 401 or 403. */
  challenge?: Challenge;
  /** The beginning of the answer's body, as far as it was read. */
  excerpt?: string;
  /** Whether the body has been read to its end. */
  complete?: boolean;
  /** Why there was no answer, or why its body broke off. */
  error?: unknown;
}

const excerptBytes = 1_024;

let lastTurn: Promise<void> = Promise.resolve();
/** Long answers are parsed at once and in one go: in between others get to do something. */
function ownTurn(): Promise<void> {
  lastTurn = lastTurn.then(() => setImmediate());
  return lastTurn;
}

/**
 * Writes down what is seen on the wire while somebody else's code talks to a server, whose own errors say less: it
 * swallows some, wraps others in text, and blames one request for what happened to another.
 */
export class Exchanges {
  readonly list: Exchange[] = [];
  private readonly spending = new AbortController();
  private handsShaken = false;
  private readBytes = 0;

  constructor(private readonly inner: Fetch) {}

  /** Aborts when what a server may cost us is spent: then nothing that is still waited for can come. */
  get spent(): AbortSignal {
    return this.spending.signal;
  }

  /** Answers may be long from now on: whoever reads them looks at what is in them first. */
  shakeHands(): void {
    this.handsShaken = true;
  }

  /** Ends the talk, for a reason that is not to be seen on the wire. */
  giveUp(reason: EgressError): void {
    this.spending.abort(reason);
  }

  readonly fetch: Fetch = async (url, init) => {
    // The one that is too many is written down, as the reason for what follows; the rest only costs memory.
    if (this.spent.aborted) throw this.spent.reason;
    const excess = this.excess;
    const exchange: Exchange = { method: init?.method ?? 'GET', url: String(url) };
    this.list.push(exchange);
    try {
      if (excess !== undefined) throw tooMany(excess, url);
      const response = await this.inner(url, init);
      exchange.status = response.status;
      exchange.contentType = mediaType(response);
      const answeredBy = new URL(response.url || exchange.url);
      if (answeredBy.href !== new URL(exchange.url).href) {
        exchange.redirectedTo = `${answeredBy.origin}${answeredBy.pathname}`;
      }
      const retryAfter = response.headers.get('retry-after');
      if (retryAfter !== null) exchange.retryAfter = retryAfter;
      if (response.status === 401 || response.status === 403) exchange.challenge = challengeOf(response);
      return this.watched(response, exchange);
    } catch (error) {
      this.note(exchange, error);
      throw error;
    }
  };

  /** In words, what another request would be too many of. */
  private get excess(): string | undefined {
    if (this.list.length >= maxRequests) return `${maxRequests} requests`;
    const open = this.list.filter(({ complete, error }) => !complete && error === undefined);
    return open.length < maxRequestsAtOnce ? undefined : `${maxRequestsAtOnce} requests at once`;
  }

  private note(exchange: Exchange, error: unknown): void {
    exchange.error = error;
    if (error instanceof EgressError && error.reason === 'too_large') this.giveUp(error);
  }

  /** The same response, whose body notes in the exchange how it begins and how it ends. */
  private watched(response: Response, exchange: Exchange): Response {
    if (response.body === null) {
      exchange.complete = true;
      return response;
    }
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const excerpt = excerptOf(exchange);
    let seenBytes = 0;
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      try {
        const { done, value } = await reader.read();
        if (done) {
          if (seenBytes > maxUncheckedBytes) await ownTurn();
          exchange.complete = true;
          return controller.close();
        }
        excerpt(value);
        this.readBytes += value.byteLength;
        seenBytes += value.byteLength;
        const uncheckedBytes = this.handsShaken ? (isBatch(exchange) ? seenBytes : 0) : this.readBytes;
        if (uncheckedBytes > maxUncheckedBytes) throw tooLong(exchange);
        controller.enqueue(value);
      } catch (error) {
        this.note(exchange, error);
        await reader.cancel(error).catch(() => undefined);
        throw error;
      }
    };
    // Nothing is read before it is asked for, so that what nobody wants costs nothing.
    const body = new ReadableStream<Uint8Array>(
      { pull, cancel: (reason) => reader.cancel(reason) },
      { highWaterMark: 0 },
    );
    const { status, statusText, headers, url } = response;
    // A Response that was made, not fetched, does not know where it comes from.
    return Object.defineProperty(new Response(body, { status, statusText, headers }), 'url', { value: url });
  }
}

function tooMany(limit: string, url: string | URL): EgressError {
  const message = `the server makes us ask for more and more, and ${limit} are enough`;
  return new EgressError('too_large', message, { url: new URL(url) });
}

function mediaType(response: Response): string {
  const [type = ''] = (response.headers.get('content-type') ?? '').split(';', 1);
  return type.trim().toLowerCase();
}

function tooLong({ url }: Exchange): EgressError {
  const message = `the answer is too long: a handshake, or a batch, has no more than ${maxUncheckedBytes} bytes`;
  return new EgressError('too_large', message, { url: new URL(url) });
}

/** Several messages in one answer, as revision 2025-03-26 had it. */
function isBatch({ contentType, excerpt = '' }: Exchange): boolean {
  return contentType === 'application/json' && excerpt.trimStart().startsWith('[');
}

/** What keeps the beginning of a body in the exchange. */
function excerptOf(exchange: Exchange): (part: Uint8Array) => void {
  const decoder = new TextDecoder();
  let leftBytes = excerptBytes;
  return (part) => {
    if (leftBytes <= 0) return;
    exchange.excerpt =
      (exchange.excerpt ?? '') + decoder.decode(part.subarray(0, leftBytes), { stream: true });
    leftBytes -= part.byteLength;
  };
}
