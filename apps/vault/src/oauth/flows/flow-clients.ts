import { ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import { UnitOfWork } from '@hawser/persistence';
import { Injectable, Logger } from '@nestjs/common';
import { ClientRegistration, documentClient } from '../servers/client-registration.js';
import { OAuthClients, type RegisteredClient } from '../servers/oauth-clients.js';
import type { OAuthClient, OAuthServer } from '../servers/oauth-server.js';
import { TokenEndpointError } from '../servers/token-endpoint-error.js';

/** The client that a flow signs in by: the workspace's own, or one that Hawser gets by itself. */
@Injectable()
export class FlowClients {
  private readonly log = new Logger(FlowClients.name);

  constructor(
    private readonly clients: OAuthClients,
    private readonly registration: ClientRegistration,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Null: somebody has to register one.
   * @param publicUrl of the gateway, for its document; null: the redirect URI is not the gateway's
   * @throws ServiceError upstream_failed: the server could not be asked for a client
   */
  async forFlow(
    context: CallContext,
    server: OAuthServer,
    redirectUri: string,
    publicUrl: string | null,
  ): Promise<OAuthClient | null> {
    const workspaceId = workspaceOf(context);
    const known = await this.clients.current(workspaceId, server.id, redirectUri);
    if (known !== null) return known;
    const own =
      (publicUrl === null ? null : documentClient(server, publicUrl, redirectUri)) ??
      (await this.register(server, redirectUri, context.signal));
    if (own === null) return null;
    return this.unitOfWork.run(context, (transaction) =>
      this.clients.remember(transaction, workspaceId, server, own),
    );
  }

  /** Null: the server registers none, or none for Hawser, so that a person may have more luck. */
  private async register(
    server: OAuthServer,
    redirectUri: string,
    signal: AbortSignal | undefined,
  ): Promise<RegisteredClient | null> {
    if (server.registration_url === null) return null;
    try {
      return await this.registration.register(server, redirectUri, signal);
    } catch (error) {
      if (!(error instanceof TokenEndpointError)) throw error;
      if (error.kind === 'unreachable')
        throw new ServiceError('upstream_failed', error.message, { provider: server.id });
      this.log.warn(`no client was registered at ${server.id}: ${error.message}`);
      return null;
    }
  }
}
