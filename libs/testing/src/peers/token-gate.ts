import { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** The counts of one kind of thing by its name. */
export type Counts = Partial<Record<string, number>>;

export function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** Counts those who come to a token endpoint, and lets them wait. */
export class TokenGate {
  /** By grant type. */
  readonly requests: Counts = {};
  /** How many wait at this moment. */
  waiting = 0;
  private closed: 'before' | 'after' | undefined;
  private turnAway: () => void = () => undefined;
  private opened = Promise.resolve();

  constructor(public latencyMs: number) {}

  close(when: 'before' | 'after'): void {
    this.release();
    this.closed = when;
    this.opened = new Promise((settle) => (this.turnAway = settle));
  }

  /** Whoever waits does not pass any more. */
  release(): void {
    this.closed = undefined;
    this.turnAway();
  }

  /** Answers the request as the server shall see it, undefined when it shall not. */
  async enter(request: IncomingMessage): Promise<IncomingMessage | undefined> {
    const body = await buffer(request);
    count(this.requests, new URLSearchParams(body.toString()).get('grant_type') ?? 'none');
    if (await this.turnedAway('before')) return undefined;
    await delay(this.latencyMs);
    return withBody(request, body);
  }

  /** Whether the answer may go out. */
  async leave(): Promise<boolean> {
    return !(await this.turnedAway('after'));
  }

  private async turnedAway(when: 'before' | 'after'): Promise<boolean> {
    if (this.closed !== when) return false;
    this.waiting += 1;
    await this.opened;
    this.waiting -= 1;
    return true;
  }
}

/** A body can be read once: this is the same request with the body before it again. */
function withBody(request: IncomingMessage, body: Buffer): IncomingMessage {
  const copy = new IncomingMessage(request.socket);
  const { method, url, headers, rawHeaders, httpVersion } = request;
  Object.assign(copy, { method, url, headers, rawHeaders, httpVersion });
  // Else its end would be taken for the client's leaving.
  copy.complete = true;
  copy.push(body);
  copy.push(null);
  return copy;
}
