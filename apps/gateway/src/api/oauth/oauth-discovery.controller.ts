import { type CallContext } from '@hawser/contracts';
import { DiscoveredOAuth, discoverOAuth, DiscoverOAuth } from '@hawser/contracts/probe';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('OAuth')
@Controller('api/v1/oauth/discover')
export class OAuthDiscoveryController {
  constructor(private readonly bus: BusClient) {}

  @Post()
  @Requires('oauth.discover', 'optional')
  @Operation('Find out where an MCP server wants its users to sign in', discoverOAuth, {
    description:
      'Asks the server, and then the authorization server that it names, for their metadata (RFC 9728, RFC 8414, ' +
      'OpenID Connect Discovery). Nothing is stored, and no workspace is needed. Takes up to 15 s. Where nothing ' +
      'is found the answer is 404 oauth_not_found, with every address that was tried in `steps`.',
  })
  discover(
    @Body() body: DiscoverOAuth,
    @Caller({ untilGone: true }) caller: CallContext,
  ): Promise<DiscoveredOAuth> {
    return this.bus.call(discoverOAuth, body, caller);
  }
}
