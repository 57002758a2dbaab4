import { ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import { discoverOAuth, type DiscoveredOAuth } from '@hawser/contracts/probe';
import type { AutoConnect } from '@hawser/contracts/vault';
import { BusClient } from '@hawser/messaging';
import { TenantService, UnitOfWork } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import type { OAuthServer } from '../servers/oauth-server.js';
import { OAuthServers } from '../servers/oauth-servers.js';

/** Where the users of an MCP server sign in, and what for. */
export interface ConnectionPlace {
  server: OAuthServer;
  scopes: string[];
  resource: string | null;
}

@Injectable()
export class ConnectionPlaces {
  constructor(
    private readonly bus: BusClient,
    private readonly servers: OAuthServers,
    private readonly tenants: TenantService,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * As the MCP server says; where it says nothing, at the provider that the caller names.
   * @throws ServiceError validation_failed, oauth_not_found; upstream_failed: a server that nobody may be sent to
   */
  async find(context: CallContext, { mcp_url, provider_hint }: AutoConnect): Promise<ConnectionPlace> {
    const hinted = provider_hint ? this.requireShipped(provider_hint) : null;
    try {
      const discovered = await this.bus.call(discoverOAuth, { mcp_url }, context);
      const { scopes, resource } = discovered;
      return { server: await this.remember(context, discovered), scopes, resource };
    } catch (error) {
      if (hinted === null || !isNothingFound(error)) throw error;
      return { server: hinted, scopes: hinted.scopes, resource: null };
    }
  }

  private requireShipped(id: string): OAuthServer {
    const shipped = this.servers.list();
    const server = shipped.find((known) => known.id === id);
    if (server !== undefined) return server;
    const ids = shipped.map((known) => known.id).join(', ');
    throw ServiceError.invalid('provider_hint', `must be one of ${ids}`, id);
  }

  private remember(context: CallContext, discovered: DiscoveredOAuth): Promise<OAuthServer> {
    const workspaceId = workspaceOf(context);
    return this.unitOfWork.run(context, async ({ manager }) => {
      await this.tenants.keepPresent(manager, workspaceId);
      return this.servers.remember(manager, workspaceId, discovered);
    });
  }
}

function isNothingFound(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'oauth_not_found';
}
