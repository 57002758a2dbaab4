import type { CallContext } from '@hawser/contracts';
import { discoverOAuth, type DiscoveredOAuth, type DiscoverOAuth } from '@hawser/contracts/probe';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { OAuthDiscoveryService } from './oauth-discovery.service.js';

@Controller()
export class OAuthDiscoveryHandler {
  constructor(private readonly discovery: OAuthDiscoveryService) {}

  @Handles(discoverOAuth)
  discover({ mcp_url }: DiscoverOAuth, context: CallContext): Promise<DiscoveredOAuth> {
    return this.discovery.discover(context, mcp_url);
  }
}
