import { workspaceOf, type CallContext } from '@hawser/contracts';
import type { StartedOAuth } from '@hawser/contracts/vault';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { OAuthClient, OAuthServer } from '../servers/oauth-server.js';
import { TokenEndpoint } from '../servers/token-endpoint.js';
import { codeChallengeOf, newCodeVerifier, newState } from './flow-secrets.js';
import { starterOf } from './flow-targets.js';
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

export interface PreparedFlow {
  plan: FlowPlan;
  authUrl: string;
  state: string;
  codeVerifier: string;
}

/** Begins flows in two steps, so that all that can fail has been done before anything is written. */
@Injectable()
export class FlowStart {
  constructor(
    private readonly endpoint: TokenEndpoint,
    private readonly flows: OAuthFlows,
  ) {}

  async prepare(plan: FlowPlan): Promise<PreparedFlow> {
    const { server, client, scopes, resource, way } = plan;
    const state = newState();
    const codeVerifier = newCodeVerifier();
    const authUrl = await this.endpoint.authorizationUrl(server, client, {
      state,
      codeChallenge: codeChallengeOf(codeVerifier),
      redirectUri: way.redirectUri,
      scopes,
      resource,
    });
    return { plan, authUrl, state, codeVerifier };
  }

  async open(
    manager: EntityManager,
    context: CallContext,
    credentialId: string,
    { plan, authUrl, state, codeVerifier }: PreparedFlow,
  ): Promise<StartedOAuth> {
    const expiresAt = await this.flows.open(manager, {
      state,
      codeVerifier,
      workspace_id: workspaceOf(context),
      credential_id: credentialId,
      provider: plan.server.id,
      client_id: plan.client.clientId,
      started_by: starterOf(context.actor),
      redirect_uri: plan.way.redirectUri,
      completed_by: plan.way.completedBy,
      return_to: plan.way.returnTo,
      resource: plan.resource,
      scopes: [...plan.scopes],
    });
    return {
      auth_url: authUrl,
      state,
      credential_id: credentialId,
      expires_at: expiresAt.toISOString(),
    };
  }
}
