import { Module } from '@nestjs/common';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { ClientRegistration } from './client-registration.js';
import { DiscoveredTokens } from './discovered-tokens.js';
import { OAuthClientRepository } from './oauth-client.repository.js';
import { OAuthClients } from './oauth-clients.js';
import { OAuthProviderHandler } from './oauth-provider.handler.js';
import { OAuthProviderService } from './oauth-provider.service.js';
import { OAuthServerRepository } from './oauth-server.repository.js';
import { OAuthServers } from './oauth-servers.js';
import { ProviderTokens } from './provider-tokens.js';
import { Revocation } from './revocation.js';
import { TokenEndpoint } from './token-endpoint.js';
import { Upstream } from './upstream.js';

/** The vendors and authorization servers that people sign in at, and everything that is said to them. */
@Module({
  imports: [TenantsModule],
  controllers: [OAuthProviderHandler],
  providers: [
    OAuthServerRepository,
    OAuthServers,
    OAuthClientRepository,
    OAuthClients,
    OAuthProviderService,
    Upstream,
    ProviderTokens,
    DiscoveredTokens,
    Revocation,
    TokenEndpoint,
    ClientRegistration,
  ],
  exports: [OAuthServers, OAuthClients, TokenEndpoint, Revocation, ClientRegistration],
})
export class OAuthServersModule {}
