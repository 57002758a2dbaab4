import { ServiceError, type CallContext } from '@hawser/contracts';
import { createWorkspaceServer, type WorkspaceServer } from '@hawser/contracts/bindings';
import { callbackUrlOf, type AutoConnected, type StartAutoConnect } from '@hawser/contracts/vault';
import { BusClient, stackOf } from '@hawser/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { maxNameLength } from '../../credentials/claim-name.js';
import type { OAuthServer } from '../servers/oauth-server.js';
import { ConnectingCredential, type Connecting } from './connecting-credential.js';
import { ConnectionPlaces } from './connection-places.js';
import { FlowClients } from './flow-clients.js';
import type { FlowWay } from './flow-start.js';

const suffix = '-oauth';

/** From the address of an MCP server to the page where its user signs in, with all that is needed afterwards. */
@Injectable()
export class AutoConnectService {
  private readonly log = new Logger(AutoConnectService.name);

  constructor(
    private readonly places: ConnectionPlaces,
    private readonly clients: FlowClients,
    private readonly credentials: ConnectingCredential,
    private readonly bus: BusClient,
  ) {}

  /**
   * When it answers that a client is needed, or throws, neither a credential nor a workspace server has been made;
   * unless `bindings` was asked for the server and did not answer: then both are left, and the error tells of them.
   */
  async connect(context: CallContext, request: StartAutoConnect): Promise<AutoConnected> {
    const place = await this.places.find(context, request);
    const redirectUri = callbackUrlOf(request.public_url);
    const client = await this.clients.forFlow(context, place.server, redirectUri, request.public_url);
    if (client === null) return needsClient(place.server, redirectUri);
    const way: FlowWay = { redirectUri, completedBy: 'callback', returnTo: null };

    const { signal, ...toTheEnd } = context;
    signal?.throwIfAborted();
    const { mcp_url, server_name } = request;
    const name = `${server_name.slice(0, maxNameLength - suffix.length)}${suffix}`;
    const { origin } = new URL(mcp_url);
    const connecting = await this.credentials.make(toTheEnd, { name, origin }, { ...place, client, way });
    const server = await this.makeServer(toTheEnd, request, connecting);
    const { auth_url, credential_id, expires_at } = connecting.started;
    return { status: 'authorize', auth_url, credential_id, integration_id: server.id, expires_at };
  }

  private async makeServer(
    context: CallContext,
    { mcp_url, server_name }: StartAutoConnect,
    { credential }: Connecting,
  ): Promise<WorkspaceServer> {
    const headers = { Authorization: `Bearer {{credential:${credential.name}}}` };
    try {
      return await this.bus.call(
        createWorkspaceServer,
        { name: server_name, endpoint: mcp_url, headers_json: JSON.stringify(headers) },
        // So that an answer that is lost on its way can be asked for again.
        { ...context, idempotencyKey: credential.id },
      );
    } catch (error) {
      // The client of the bus has asked again by the same key for as long as there was time.
      if (mayBeMade(error)) throw perhapsMade(error, server_name, credential);
      await this.credentials.withdraw(context, credential).catch((failure: unknown) => {
        this.log.error(`${credential.id} stays, and nothing uses it: ${stackOf(failure)}`);
      });
      throw asOfServerName(error);
    }
  }
}

/** Without an answer nobody knows. */
function mayBeMade(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.code === 'service_timeout';
}

/** Of the server, what the caller has given another name for. */
function asOfServerName(error: unknown): unknown {
  if (!(error instanceof ServiceError) || error.code !== 'name_taken') return error;
  return new ServiceError(error.code, error.message, { ...error.details, field: 'server_name' });
}

function perhapsMade(
  { code, message, details }: ServiceError,
  serverName: string,
  { id, name }: Connecting['credential'],
): ServiceError {
  return new ServiceError(
    code,
    `${message}; the credential "${name}" has been made, and perhaps the server "${serverName}": if ` +
      `GET /api/v1/integrations lists it, POST /api/v1/oauth/initiate with credential_id ${id}, ` +
      'else delete the credential and connect again',
    { ...details, credential_id: id },
  );
}

function needsClient({ id, name }: OAuthServer, redirectUri: string): AutoConnected {
  return {
    status: 'needs_client_id',
    provider: id,
    redirect_uri: redirectUri,
    message:
      `${name} gives Hawser no client by itself: register one there with the redirect URI ${redirectUri}, PUT its ` +
      `client_id and client_secret to /api/v1/oauth/providers/${id}/client, then connect again`,
  };
}
