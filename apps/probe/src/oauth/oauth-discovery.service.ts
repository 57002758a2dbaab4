import { ServiceError, type CallContext } from '@hawser/contracts';
import type { DiscoveredOAuth } from '@hawser/contracts/probe';
import { checkUrl, Egress, EgressError, type Fetch } from '@hawser/egress';
import { Injectable } from '@nestjs/common';
import { maxBytes, maxRedirects, probeWithinMs, userAgent } from '../limits.js';
import { within } from '../mcp/errand.js';
import { ProbeSlots } from '../mcp/slots.js';
import { OAuthDiscovery } from './oauth-discovery.js';

/** One place that says nothing must leave time for the others. */
const placeWithinMs = 3_000;

@Injectable()
export class OAuthDiscoveryService {
  constructor(
    private readonly egress: Egress,
    private readonly slots: ProbeSlots,
  ) {}

  /**
   * @throws ServiceError validation_failed: the URL is none that may be gone to; oauth_not_found: with all `steps`
   * @throws the reason of the context's signal, when the caller has left
   */
  async discover({ signal }: CallContext, mcpUrl: string): Promise<DiscoveredOAuth> {
    const serverUrl = this.allowed(mcpUrl);
    const caller = signal ?? new AbortController().signal;
    return this.slots.run(caller, () =>
      within(probeWithinMs, caller, async (errand) => {
        const fetch = this.egress.fetchWithin({ signal: errand, maxBytes, maxRedirects });
        const discovery = new OAuthDiscovery(serverUrl, this.egress.policy, atEachPlace(fetch));
        const found = await discovery.run();
        caller.throwIfAborted();
        if (found !== undefined) return found;
        throw new ServiceError('oauth_not_found', discovery.whyNothing, { steps: discovery.steps });
      }),
    );
  }

  private allowed(mcpUrl: string): URL {
    try {
      return checkUrl(mcpUrl, this.egress.policy);
    } catch (error) {
      if (error instanceof EgressError) throw ServiceError.invalid('mcp_url', error.message, mcpUrl);
      throw error;
    }
  }
}

function atEachPlace(fetch: Fetch): Fetch {
  return (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set('user-agent', userAgent);
    return fetch(url, { ...init, headers, signal: AbortSignal.timeout(placeWithinMs) });
  };
}
