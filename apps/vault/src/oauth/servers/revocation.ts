import { Injectable, Logger } from '@nestjs/common';
import { authenticate, encoded, tokenAuthMethodOf } from './client-authentication.js';
import type { OAuthClient, OAuthServer } from './oauth-server.js';
import { requireAccepted } from './token-answer.js';
import { TokenEndpointError } from './token-endpoint-error.js';
import type { GrantedTokens } from './token-request.js';
import { Upstream } from './upstream.js';

/** Gives grants back: by RFC 7009, or as the vendor has it. */
@Injectable()
export class Revocation {
  private readonly log = new Logger(Revocation.name);

  constructor(private readonly upstream: Upstream) {}

  /** False where the server has no way to do that, or not for what there is of the grant, or does not do it. */
  async revoke(server: OAuthServer, client: OAuthClient, tokens: GrantedTokens): Promise<boolean> {
    try {
      return await this.ask(server, client, tokens);
    } catch (error) {
      if (!(error instanceof TokenEndpointError)) throw error;
      this.log.warn(`a grant was not taken back: ${error.message}`);
      return false;
    }
  }

  private async ask(
    server: OAuthServer,
    client: OAuthClient,
    { accessToken, refreshToken }: GrantedTokens,
  ): Promise<boolean> {
    const { revocation, headers: ownHeaders, token_body } = server.provider ?? {};
    // With a refresh token its access tokens go too.
    const token = revocation === undefined ? (refreshToken ?? accessToken) : accessToken;
    if (server.revocation_url === null || token === null) return false;
    const { access_token_as: as = 'token', method = 'POST' } = revocation ?? {};
    const headers = new Headers({ accept: 'application/json', ...ownHeaders });
    const params = new URLSearchParams();
    if (as === 'bearer') headers.set('authorization', `Bearer ${token}`);
    else {
      params.set(as, token);
      const authMethod = revocation?.token_auth ?? tokenAuthMethodOf(server, client);
      authenticate(authMethod, client, headers, params);
    }
    const { body, contentType } = encoded(params, revocation?.token_body ?? token_body);
    if (body !== '') headers.set('content-type', contentType);
    const url = server.revocation_url.replace('{client_id}', encodeURIComponent(client.clientId));
    const init = { method, headers, body: body === '' ? null : body };
    const answer = await this.upstream.ask(server, url, init);
    requireAccepted(server, answer, [token, client.clientSecret ?? '']);
    return true;
  }
}
