import { Injectable } from '@nestjs/common';
import { OAuthClients } from '../oauth/servers/oauth-clients.js';
import type { Tokens } from '../oauth/servers/oauth-server.js';
import { OAuthServers } from '../oauth/servers/oauth-servers.js';
import { TokenEndpointError } from '../oauth/servers/token-endpoint-error.js';
import { TokenEndpoint } from '../oauth/servers/token-endpoint.js';
import { upstreamMs } from '../oauth/servers/upstream.js';
import { isOfOneSecret, Secrets, type SealedSecret } from '../secrets/secrets.js';
import { leaseMs, type RefreshLease } from './refresh-lease.repository.js';
import type { RenewableCredential } from './renewable-credential.repository.js';

/** For storing what came: the call is begun so early, or not at all, that it is over this long before the lease is. */
const sparedMs = 1_000;

/** The call upstream: what it needs is read first, and nothing of the database is held while it lasts. */
@Injectable()
export class RenewalRequest {
  constructor(
    private readonly secrets: Secrets,
    private readonly servers: OAuthServers,
    private readonly clients: OAuthClients,
    private readonly endpoint: TokenEndpoint,
  ) {}

  /** @throws TokenEndpointError; any other error is of our own making */
  async send(
    { workspace_id, provider, client_id, resource }: RenewableCredential,
    sealed: SealedSecret,
    lease: RefreshLease,
  ): Promise<Tokens> {
    const [refreshToken, server, client] = await Promise.all([
      this.open(sealed),
      this.servers.find(workspace_id, provider ?? ''),
      this.clients.find(workspace_id, provider ?? '', client_id ?? ''),
    ]);
    if (server === null)
      throw refused(
        'nothing is known any more of the authorization server it was signed in at; sign in again',
      );
    if (client === null)
      throw refused(
        `the OAuth client that it was signed in by at ${server.name} is gone; sign in again, or set that client again (PUT /api/v1/oauth/providers/${server.id}/client)`,
      );
    const tookMs = performance.now() - lease.sinceMs;
    if (tookMs > leaseMs - upstreamMs - sparedMs)
      throw new Error(
        `it took ${Math.round(tookMs)} ms to read what is needed, and the lease would end too soon`,
      );
    return this.endpoint.refresh(server, client, { refreshToken, resource });
  }

  private async open(sealed: SealedSecret): Promise<string> {
    try {
      const [refreshToken = ''] = await this.secrets.open([sealed]);
      return refreshToken;
    } catch (error) {
      if (!isOfOneSecret(error)) throw error;
      throw refused('what is stored to renew it with cannot be decrypted; sign in again');
    }
  }
}

function refused(message: string): TokenEndpointError {
  return new TokenEndpointError('refused', message);
}
