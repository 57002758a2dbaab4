import { Injectable, Logger } from '@nestjs/common';
import { DiscoveredTokens } from './discovered-tokens.js';
import type { OAuthClient, OAuthServer, Tokens } from './oauth-server.js';
import { PlatformTokens } from './platform-tokens.js';
import { Revocation } from './revocation.js';
import type { TokenAnswer } from './token-answer.js';
import { TokenEndpointError } from './token-endpoint-error.js';
import type { AuthorizationRequest, CodeExchange, GrantedTokens, TokenRefresh } from './token-request.js';

export type { GrantedTokens };

/** Everything that is said to an authorization server about tokens, whichever kind of server it is. */
@Injectable()
export class TokenEndpoint {
  private readonly log = new Logger(TokenEndpoint.name);

  constructor(
    private readonly platforms: PlatformTokens,
    private readonly discovered: DiscoveredTokens,
    private readonly revocation: Revocation,
  ) {}

  /** Where to send the browser. */
  authorizationUrl(server: OAuthServer, client: OAuthClient, request: AuthorizationRequest): Promise<string> {
    return this.of(server).authorizationUrl(server, client, request);
  }

  /** @throws TokenEndpointError */
  async exchange(
    server: OAuthServer,
    client: OAuthClient,
    request: CodeExchange,
    signal: AbortSignal,
  ): Promise<Tokens> {
    return tokensOf(await this.of(server).exchange(server, client, request, signal), null);
  }

  /** @throws TokenEndpointError */
  async refresh(
    server: OAuthServer,
    client: OAuthClient,
    request: TokenRefresh,
    signal: AbortSignal,
  ): Promise<Tokens> {
    const answer = await this.of(server).refresh(server, client, request, signal);
    return tokensOf(answer, request.refreshToken);
  }

  /** Gives a grant back. False where the server has no way to do that, or refuses it; never throws for what it does. */
  async revoke(
    server: OAuthServer,
    client: OAuthClient,
    tokens: GrantedTokens,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      return await this.revocation.revoke(server, client, tokens, signal);
    } catch (error) {
      if (!(error instanceof TokenEndpointError)) throw error;
      this.log.warn(`a grant was not taken back: ${error.message}`);
      return false;
    }
  }

  private of({ provider }: OAuthServer): PlatformTokens | DiscoveredTokens {
    return provider === null ? this.discovered : this.platforms;
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
