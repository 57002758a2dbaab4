import type { CallContext, Deleted } from '@hawser/contracts';
import {
  deleteOAuthClient,
  listOAuthProviders,
  setOAuthClient,
  type OAuthClient,
  type OAuthProviderInfo,
  type ProviderRef,
  type SetOAuthClient,
} from '@hawser/contracts/vault';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { OAuthClients } from './oauth-clients.js';
import { OAuthProviderService } from './oauth-provider.service.js';

@Controller()
export class OAuthProviderHandler {
  constructor(
    private readonly providers: OAuthProviderService,
    private readonly clients: OAuthClients,
  ) {}

  @Handles(listOAuthProviders)
  list(_request: object, context: CallContext): Promise<OAuthProviderInfo[]> {
    return this.providers.list(context);
  }

  @Handles(setOAuthClient)
  set(input: SetOAuthClient, context: CallContext): Promise<OAuthClient> {
    return this.clients.set(context, input);
  }

  @Handles(deleteOAuthClient)
  delete(ref: ProviderRef, context: CallContext): Promise<Deleted> {
    return this.clients.delete(context, ref);
  }
}
