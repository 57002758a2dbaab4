import { Deleted, type CallContext } from '@hawser/contracts';
import {
  deleteOAuthClient,
  listOAuthProviders,
  OAuthClient,
  OAuthProviderInfo,
  PutOAuthClient,
  setOAuthClient,
} from '@hawser/contracts/vault';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('OAuth')
@Controller('api/v1/oauth/providers')
export class OAuthProvidersController {
  constructor(private readonly bus: BusClient) {}

  @Get()
  @Requires('oauth.providers', 'optional')
  @Operation('List the OAuth providers that Hawser knows', listOAuthProviders, {
    description: 'No workspace is needed; without one nothing is `configured`.',
  })
  list(@Caller() caller: CallContext): Promise<OAuthProviderInfo[]> {
    return this.bus.call(listOAuthProviders, {}, caller);
  }

  @Put(':providerId/client')
  @Requires('oauth-clients.write')
  @Operation("Set the workspace's own client at a provider", setOAuthClient, {
    description:
      'The client_id and client_secret that the provider gave for an application of yours, in which Hawser is ' +
      'registered with the redirect URI `<HAWSER_PUBLIC_URL>/api/v1/oauth/callback`. Sign-ins begin by it from now on; ' +
      'credentials that were signed in for by the one before are renewed by that one still.',
  })
  setClient(
    @Param('providerId') provider_id: string,
    @Body() body: PutOAuthClient,
    @Caller() caller: CallContext,
  ): Promise<OAuthClient> {
    return this.bus.call(setOAuthClient, { ...body, provider_id }, caller);
  }

  @Delete(':providerId/client')
  @Requires('oauth-clients.write')
  @Operation("Remove the workspace's own client at a provider", deleteOAuthClient, {
    description:
      'With those that were set before it. Credentials that were signed in for by them can no longer be renewed.',
  })
  deleteClient(@Param('providerId') provider_id: string, @Caller() caller: CallContext): Promise<Deleted> {
    return this.bus.call(deleteOAuthClient, { provider_id }, caller);
  }
}
