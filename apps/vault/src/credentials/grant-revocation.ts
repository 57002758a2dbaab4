import { ServiceError } from '@hawser/contracts';
import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OAuthClients } from '../oauth/servers/oauth-clients.js';
import { OAuthServers } from '../oauth/servers/oauth-servers.js';
import { Revocation } from '../oauth/servers/revocation.js';
import type { GrantedTokens } from '../oauth/servers/token-request.js';
import { secretOwner, Secrets } from '../secrets/secrets.js';
import type { CredentialEntity } from './credential.entity.js';

/** Where the grant of a credential is from. */
type Granted = Pick<CredentialEntity, 'workspace_id' | 'id' | 'provider' | 'client_id'>;

/** Gives the grants of deleted credentials back to their providers, as well as can be: nothing here fails a deletion. */
@Injectable()
export class GrantRevocation {
  private readonly log = new Logger(GrantRevocation.name);

  constructor(
    private readonly secrets: Secrets,
    private readonly servers: OAuthServers,
    private readonly clients: OAuthClients,
    private readonly revocation: Revocation,
  ) {}

  /** The tokens, to be read before they are removed; null where there are none, or where they do not open. */
  async tokensOf(manager: EntityManager, row: CredentialEntity): Promise<GrantedTokens | null> {
    if (row.type !== 'oauth2') return null;
    try {
      const { value = null, refresh_token = null } = await this.secrets.read(secretOwner(row), manager);
      return value === null && refresh_token === null
        ? null
        : { accessToken: value, refreshToken: refresh_token };
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'secret_encryption_unavailable') throw error;
      this.log.warn(`the grant of credential ${row.id} cannot be given back: ${error.message}`);
      return null;
    }
  }

  /** Whether the provider took it back; null where there is none, or no way to ask. Never throws. */
  async revoke(
    { workspace_id, id, provider, client_id }: Granted,
    tokens: GrantedTokens | null,
  ): Promise<boolean | null> {
    if (provider === null || client_id === null || tokens === null) return null;
    try {
      const server = await this.servers.find(workspace_id, provider);
      const client = await this.clients.find(workspace_id, provider, client_id);
      if (server === null || server.revocation_url === null || client === null) return null;
      return await this.revocation.revoke(server, client, tokens);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.log.warn(`the grant of the deleted credential ${id} stays at ${provider}: ${reason}`);
      return false;
    }
  }
}
