import type { OAuthProvider } from '@hawser/providers';
import { Injectable } from '@nestjs/common';
import { authenticate, encoded, tokenAuthMethodOf } from './client-authentication.js';
import type { OAuthClient, OAuthServer } from './oauth-server.js';
import { ProviderStrategy, type AskForTokens } from './provider-strategy.js';
import { tokenAnswerOf, type TokenAnswer } from './token-answer.js';
import type { AuthorizationRequest, CodeExchange, TokenRefresh } from './token-request.js';
import { Upstream } from './upstream.js';

/** Sign-ins at the providers that ship with Hawser: passport-oauth2, and what each vendor does its own way. */
@Injectable()
export class ProviderTokens {
  constructor(private readonly upstream: Upstream) {}

  authorizationUrl(
    server: OAuthServer,
    client: OAuthClient,
    { state, codeChallenge, redirectUri, scopes }: AuthorizationRequest,
  ): Promise<string> {
    const { scope_parameter, scope_separator = ' ', authorization_params } = providerOf(server);
    const asksElsewhere = scope_parameter !== undefined && scopes.length > 0;
    const params = {
      ...authorization_params,
      ...(asksElsewhere && { [scope_parameter]: scopes.join(scope_separator) }),
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    };
    const scope = asksElsewhere || scopes.length === 0 ? undefined : [...scopes];
    return new ProviderStrategy(server, client, server.token_url, asksNobody, { state }).authorizationUrl({
      callbackURL: redirectUri,
      scope,
      params,
    });
  }

  exchange(
    server: OAuthServer,
    client: OAuthClient,
    { code, codeVerifier, redirectUri }: CodeExchange,
  ): Promise<TokenAnswer> {
    const { token_within } = providerOf(server);
    const ask = this.asking(server, client, { secrets: [code, codeVerifier], within: token_within });
    return new ProviderStrategy(server, client, server.token_url, ask, { codeVerifier }).exchange(code, {
      callbackURL: redirectUri,
    });
  }

  refresh(server: OAuthServer, client: OAuthClient, { refreshToken }: TokenRefresh): Promise<TokenAnswer> {
    const { refresh_url = server.token_url } = providerOf(server);
    const ask = this.asking(server, client, { secrets: [refreshToken] });
    return new ProviderStrategy(server, client, refresh_url, ask, {}).refresh(refreshToken);
  }

  /** @param answer what no error repeats besides the client's secret, and where the token is */
  private asking(
    server: OAuthServer,
    client: OAuthClient,
    answer: { secrets: readonly string[]; within?: string },
  ): AskForTokens {
    const provider = providerOf(server);
    return async (url, params) => {
      params.delete('client_id');
      params.delete('client_secret');
      const headers = new Headers({ accept: 'application/json', ...provider.headers });
      authenticate(tokenAuthMethodOf(server, client), client, headers, params);
      const { body, contentType } = encoded(params, provider.token_body);
      headers.set('content-type', contentType);
      const came = await this.upstream.ask(server, url, { method: 'POST', headers, body });
      return tokenAnswerOf(server, came, [...answer.secrets, client.clientSecret ?? ''], answer.within);
    };
  }
}

function providerOf({ id, provider }: OAuthServer): OAuthProvider {
  if (provider === null) throw new Error(`${id} does not ship with Hawser`);
  return provider;
}

const asksNobody: AskForTokens = () => Promise.reject(new Error('an authorization URL needs no request'));
