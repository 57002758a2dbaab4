import { Module } from '@nestjs/common';
import { ClientMetadataController } from './client-metadata.controller.js';
import { OAuthCallbackController } from './oauth-callback.controller.js';
import { OAuthDiscoveryController } from './oauth-discovery.controller.js';
import { OAuthFlowsController } from './oauth-flows.controller.js';
import { OAuthProvidersController } from './oauth-providers.controller.js';

@Module({
  controllers: [
    OAuthProvidersController,
    OAuthFlowsController,
    OAuthCallbackController,
    OAuthDiscoveryController,
    ClientMetadataController,
  ],
})
export class OAuthApiModule {}
