import { Injectable } from '@nestjs/common';
import { DiscoveredTokens } from './discovered-tokens.js';
import type { OAuthClient, OAuthServer, Tokens } from './oauth-server.js';
import { ProviderTokens } from './provider-tokens.js';
import type { TokenAnswer } from './token-answer.js';
import type { AuthorizationRequest, CodeExchange, TokenRefresh } from './token-request.js';

/** How tokens are had from an authorization server, whichever kind of server it is. */
@Injectable()
export class TokenEndpoint {
  constructor(
    private readonly providers: ProviderTokens,
    private readonly discovered: DiscoveredTokens,
  ) {}

  /** Where to send the browser. */
  authorizationUrl(server: OAuthServer, client: OAuthClient, request: AuthorizationRequest): Promise<string> {
    return this.of(server).authorizationUrl(server, client, request);
  }

  /** @throws TokenEndpointError */
  async exchange(server: OAuthServer, client: OAuthClient, request: CodeExchange): Promise<Tokens> {
    return tokensOf(await this.of(server).exchange(server, client, request), null);
  }

  /** @throws TokenEndpointError */
  async refresh(server: OAuthServer, client: OAuthClient, request: TokenRefresh): Promise<Tokens> {
    const answer = await this.of(server).refresh(server, client, request);
    return tokensOf(answer, request.refreshToken);
  }

  private of({ provider }: OAuthServer): ProviderTokens | DiscoveredTokens {
    return provider === null ? this.discovered : this.providers;
  }
}

/** @param keptRefreshToken stays in force where no new one came (RFC 6749, section 6) */
function tokensOf(answer: TokenAnswer, keptRefreshToken: string | null): Tokens {
  const { access_token, refresh_token, expires_in, scope } = answer;
  return {
    accessToken: access_token,
    refreshToken: refresh_token ?? keptRefreshToken,
    expiresInS: expires_in ?? null,
    scopes: scope?.split(' ').filter((name) => name !== '') ?? null,
  };
}
