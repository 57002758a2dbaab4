import type { CallContext } from '@hawser/contracts';
import type { OAuthProviderInfo } from '@hawser/contracts/vault';
import { Injectable } from '@nestjs/common';
import { OAuthClients } from './oauth-clients.js';
import { OAuthServers } from './oauth-servers.js';

@Injectable()
export class OAuthProviderService {
  constructor(
    private readonly servers: OAuthServers,
    private readonly clients: OAuthClients,
  ) {}

  /** Those that ship with Hawser. Without a workspace none of them is configured. */
  async list({ workspaceId }: CallContext): Promise<OAuthProviderInfo[]> {
    const configured =
      workspaceId === undefined ? new Set<string>() : await this.clients.configured(workspaceId);
    return this.servers.list().map(({ id, name, authorization_url, token_url, scopes, provider }) => ({
      id,
      name,
      authorization_url,
      token_url,
      scopes,
      pkce: provider?.pkce ?? true,
      configured: configured.has(id),
    }));
  }
}
