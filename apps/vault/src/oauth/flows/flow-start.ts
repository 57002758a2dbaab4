import { workspaceOf, type CallContext } from '@hawser/contracts';
import type { StartedOAuth } from '@hawser/contracts/vault';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { starterOf } from '../../credentials/starter.js';
import type { OAuthClient, OAuthServer } from '../servers/oauth-server.js';
import { TokenEndpoint } from '../servers/token-endpoint.js';
import { codeChallengeOf, newCodeVerifier, newState } from './flow-secrets.js';
import type { OAuthFlowEntity } from './oauth-flow.entity.js';
import { OAuthFlows } from './oauth-flows.js';

/** Where the browser goes from the provider, and after that. */
export interface FlowWay {
  redirectUri: string;
  completedBy: OAuthFlowEntity['completed_by'];
  returnTo: string | null;
}

export interface FlowPlan {
  server: OAuthServer;
  client: OAuthClient;
  scopes: readonly string[];
  resource: string | null;
  way: FlowWay;
}

/** Begins flows: the provider's page, and the row by which its state is known again. */
@Injectable()
export class FlowStart {
  constructor(
    private readonly endpoint: TokenEndpoint,
    private readonly flows: OAuthFlows,
  ) {}

  /** @throws ServiceError not_found (the credential is gone), oauth_client_missing (the client is) */
  async begin(
    manager: EntityManager,
    context: CallContext,
    credentialId: string,
    { server, client, scopes, resource, way }: FlowPlan,
  ): Promise<StartedOAuth> {
    const state = newState();
    const codeVerifier = newCodeVerifier();
    const authUrl = await this.endpoint.authorizationUrl(server, client, {
      state,
      codeChallenge: codeChallengeOf(codeVerifier),
      redirectUri: way.redirectUri,
      scopes,
      resource,
    });
    const expiresAt = await this.flows.open(manager, {
      state,
      codeVerifier,
      workspace_id: workspaceOf(context),
      credential_id: credentialId,
      provider: server.id,
      client_id: client.clientId,
      started_by: starterOf(context.actor),
      redirect_uri: way.redirectUri,
      completed_by: way.completedBy,
      return_to: way.returnTo,
      resource,
      scopes: [...scopes],
    });
    return { auth_url: authUrl, state, credential_id: credentialId, expires_at: expiresAt.toISOString() };
  }
}
