import { ServiceError, type CallContext } from '@hawser/contracts';
import { Injectable } from '@nestjs/common';
import { CredentialStore } from '../../credentials/credential-store.js';
import type { CredentialEntity } from '../../credentials/credential.entity.js';
import { OAuthClients } from '../servers/oauth-clients.js';
import type { OAuthClient, OAuthServer, Tokens } from '../servers/oauth-server.js';
import { Revocation } from '../servers/revocation.js';
import { TokenEndpointError } from '../servers/token-endpoint-error.js';
import { TokenEndpoint } from '../servers/token-endpoint.js';
import { clientGone } from './client-missing.js';
import type { TakenFlow } from './oauth-flows.js';

/** Makes tokens of a code, and a credential active with them. A code is good for one try, so nobody's leaving ends it. */
@Injectable()
export class CodeExchange {
  constructor(
    private readonly clients: OAuthClients,
    private readonly endpoint: TokenEndpoint,
    private readonly revocation: Revocation,
    private readonly credentials: CredentialStore,
  ) {}

  /**
   * When it throws, the credential is as it was.
   * @throws ServiceError upstream_failed: what the provider says; oauth_client_missing; not_found: the credential has
   *   been deleted meanwhile, or somebody else has signed in for it
   */
  async run(
    context: CallContext,
    { flow, codeVerifier }: TakenFlow,
    server: OAuthServer,
    credential: CredentialEntity,
    code: string,
  ): Promise<void> {
    const client = await this.clients.find(flow.workspace_id, server.id, flow.client_id);
    if (client === null) throw clientGone(server);
    const { redirect_uri: redirectUri, resource } = flow;
    const request = { code, codeVerifier, redirectUri, resource };
    const tokens = await this.exchange(server, client, request);
    // RFC 6749, section 5.1: who says nothing of the scopes has granted those that were asked for.
    const granted = { ...tokens, scopes: tokens.scopes ?? flow.scopes };
    const filled = { ...credential, provider: server.id, client_id: client.clientId, resource };
    if (await this.credentials.storeSignIn(context, filled, granted, flow.id)) return;
    await this.revocation.revoke(server, client, tokens);
    throw ServiceError.notFound('credential', credential.id);
  }

  private async exchange(
    server: OAuthServer,
    client: OAuthClient,
    request: Parameters<TokenEndpoint['exchange']>[2],
  ): Promise<Tokens> {
    try {
      return await this.endpoint.exchange(server, client, request);
    } catch (error) {
      if (!(error instanceof TokenEndpointError)) throw error;
      throw new ServiceError('upstream_failed', error.message, { provider: server.id });
    }
  }
}
