import { ServiceError } from '@hawser/contracts';
import { discoverOAuth, type DiscoveredOAuth, type DiscoverOAuth } from '@hawser/contracts/probe';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';

/** What `probe` finds out. */
export class ProbeScript {
  /** By the MCP server's address; of any other nothing is found. */
  readonly discovered = new Map<string, DiscoveredOAuth>();
}

@Controller()
export class ProbeStandIn {
  constructor(private readonly script: ProbeScript) {}

  @Handles(discoverOAuth)
  discover({ mcp_url }: DiscoverOAuth): Promise<DiscoveredOAuth> {
    const found = this.script.discovered.get(mcp_url);
    if (found !== undefined) return Promise.resolve(found);
    return Promise.reject(
      new ServiceError('oauth_not_found', `no way to sign in to ${mcp_url} was found`, { steps: [] }),
    );
  }
}
