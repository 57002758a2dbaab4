import { Module } from '@nestjs/common';
import { OAuthDiscoveryController } from './oauth-discovery.controller.js';

@Module({ controllers: [OAuthDiscoveryController] })
export class OAuthApiModule {}
