import { Agent } from 'undici';
import { Allowance } from './body-limit.js';
import { checkUrl } from './check-url.js';
import { GuardedConnector } from './connector.js';
import { EgressError, shown } from './errors.js';
import { egressErrorOf } from './failure.js';
import type { EgressPolicy } from './policy.js';
import { isRedirect, redirected } from './redirect.js';
import { hopTo, type Hop } from './request.js';
import { NameServers, type Resolve } from './resolve.js';
import { responseOf } from './response.js';
import { unlessAborted } from './unless-aborted.js';

/** As the global `fetch`, of whose `init` it takes `method`, `headers`, `body`, `redirect` and `signal`. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** Of one errand: all calls of the fetch that has them. */
export interface FetchLimits {
  /** Ends what is under way, bodies too. Nothing else ends a peer that trickles. */
  signal: AbortSignal;
  /** Of the decoded bodies of all answers together. */
  maxBytes: number;
  /** Of each call. */
  maxRedirects: number;
}

export interface EgressOptions {
  policy: EgressPolicy;
  /** In place of the name servers, for tests. What it answers is checked all the same. */
  resolve?: Resolve;
  /** PEM; in place of the authorities that Node trusts, for tests. */
  ca?: string;
}

const keepAliveMs = 2_000;
/** Where the peer asks for longer. */
const keepAliveAtMostMs = 4_000;
const maxHeaderBytes = 16 * 1024;
/** The last resort; those who call wait much shorter. */
const silentAtMostMs = 60_000;

/** The only way out to addresses that users gave; docs/egress.md says what it lets through. */
export class Egress {
  /** What it lets through. */
  readonly policy: EgressPolicy;
  private readonly nameServers = new NameServers();
  private readonly connector: GuardedConnector;
  private readonly agent: Agent;

  constructor({ policy, resolve = (name) => this.nameServers.resolve(name), ca }: EgressOptions) {
    this.policy = policy;
    this.connector = new GuardedConnector(policy, resolve, ca);
    this.agent = new Agent({
      connect: this.connector.connect,
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveAtMostMs,
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: silentAtMostMs,
      bodyTimeout: silentAtMostMs,
    });
  }

  /**
   * A fetch for one errand. It rejects with EgressError, or with the reason of the signal that was aborted; so do the
   * bodies of its answers. A body that is not wanted should be cancelled: it holds its connection until the signal.
   */
  fetchWithin(limits: FetchLimits): Fetch {
    const allowance = new Allowance(limits.maxBytes);
    return async (url, init = {}) => {
      const signal = AbortSignal.any(init.signal ? [limits.signal, init.signal] : [limits.signal]);
      signal.throwIfAborted();
      let hop = await hopTo(checkUrl(String(url), this.policy), init);
      for (let redirects = 0; ; redirects++) {
        const response = await this.send(hop, signal, allowance);
        if (!isRedirect(response.status) || init.redirect === 'manual') return response;
        await response.body?.cancel();
        const most = init.redirect === 'error' ? 0 : limits.maxRedirects;
        if (redirects === most) throw tooManyRedirects(hop.url, most);
        hop = this.next(hop, response);
      }
    };
  }

  /** Ends all connections. Whoever still waits for an answer is told so. */
  async close(): Promise<void> {
    this.connector.close();
    this.nameServers.close();
    await this.agent.destroy();
  }

  private async send(hop: Hop, signal: AbortSignal, allowance: Allowance): Promise<Response> {
    const { url, method, headers, body } = hop;
    const failure = (error: unknown): unknown => (signal.aborted ? signal.reason : egressErrorOf(error, url));
    try {
      const sent = this.agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: Object.fromEntries(headers),
        body,
        signal,
      });
      return responseOf(await unlessAborted(signal, sent), hop, allowance, failure);
    } catch (error) {
      throw failure(error);
    }
  }

  /** Where a redirect leads, checked as the first URL was. */
  private next(hop: Hop, { status, headers }: Response): Hop {
    const next = redirected(hop, status, headers.get('location'));
    try {
      checkUrl(next.url.href, this.policy);
      return next;
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      throw new EgressError(error.reason, `${shown(hop.url)} redirects elsewhere: ${error.message}`, {
        url: next.url,
      });
    }
  }
}

function tooManyRedirects(url: URL, most: number): EgressError {
  const words = most === 0 ? 'redirects, which is not followed' : `redirects again, after ${most} times`;
  return new EgressError('redirect', `${shown(url)} ${words}: give the URL where it ends`, { url });
}
