import {
  exchangeAuthorization,
  refreshAuthorization,
  startAuthorization,
  type AddClientAuthentication,
  type AuthorizationServerMetadata,
  type FetchLike,
} from '@modelcontextprotocol/client';
import { Injectable } from '@nestjs/common';
import { authenticate, tokenAuthMethodOf } from './client-authentication.js';
import { isDocument, type OAuthClient, type OAuthServer } from './oauth-server.js';
import { tokenAnswerOf, type TokenAnswer } from './token-answer.js';
import type { AuthorizationRequest, CodeExchange, TokenRefresh } from './token-request.js';
import { Upstream } from './upstream.js';

/** Sign-ins at servers that MCP servers named, by the MCP client package: they keep to the standards. */
@Injectable()
export class DiscoveredTokens {
  constructor(private readonly upstream: Upstream) {}

  async authorizationUrl(
    server: OAuthServer,
    client: OAuthClient,
    { state, codeChallenge, redirectUri, scopes, resource }: AuthorizationRequest,
  ): Promise<string> {
    const { authorizationUrl } = await startAuthorization(server.authorization_url, {
      metadata: metadataOf(server),
      clientInformation: { client_id: client.clientId },
      redirectUrl: redirectUri,
      state,
      scope: scopes.join(' '),
      resource: resource ?? undefined,
    });
    // The package makes a verifier of its own, but the flow has one already.
    authorizationUrl.searchParams.set('code_challenge', codeChallenge);
    // All workspaces here are that client: consent that a user gave for one of them must not do for another.
    if (isDocument(client)) authorizationUrl.searchParams.set('prompt', 'consent');
    return authorizationUrl.href;
  }

  exchange(
    server: OAuthServer,
    client: OAuthClient,
    { code, codeVerifier, redirectUri, resource }: CodeExchange,
  ): Promise<TokenAnswer> {
    return exchangeAuthorization(server.token_url, {
      ...this.parts(server, client, [code, codeVerifier]),
      authorizationCode: code,
      codeVerifier,
      redirectUri,
      resource: resource ?? undefined,
    });
  }

  refresh(
    server: OAuthServer,
    client: OAuthClient,
    { refreshToken, resource }: TokenRefresh,
  ): Promise<TokenAnswer> {
    return refreshAuthorization(server.token_url, {
      ...this.parts(server, client, [refreshToken]),
      refreshToken,
      resource: resource ?? undefined,
    });
  }

  private parts(
    server: OAuthServer,
    client: OAuthClient,
    secrets: readonly string[],
  ): {
    metadata: AuthorizationServerMetadata;
    clientInformation: { client_id: string };
    addClientAuthentication: AddClientAuthentication;
    fetchFn: FetchLike;
  } {
    return {
      metadata: metadataOf(server),
      clientInformation: { client_id: client.clientId },
      // The package's own leaves out the encoding that RFC 6749 wants in the header.
      addClientAuthentication: (headers, params) =>
        authenticate(tokenAuthMethodOf(server, client), client, headers, params),
      // Its errors quote whole answers, so that none but good ones reach it.
      fetchFn: async (url, init = {}) => {
        const answer = await this.upstream.ask(server, url, init);
        return Response.json(tokenAnswerOf(server, answer, [...secrets, client.clientSecret ?? '']));
      },
    };
  }
}

/** Not whether `iss` is required: the callback is checked for that before there is an exchange. */
export function metadataOf(server: OAuthServer): AuthorizationServerMetadata {
  const { issuer, authorization_url, token_url, registration_url } = server;
  return {
    issuer: issuer ?? authorization_url,
    authorization_endpoint: authorization_url,
    token_endpoint: token_url,
    ...(registration_url !== null && { registration_endpoint: registration_url }),
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  };
}
