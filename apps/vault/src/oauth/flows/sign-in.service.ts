import { ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import {
  callbackUrlOf,
  initiateOAuth,
  startLoopbackOAuth,
  type LoopbackOAuth,
  type SignInFor,
  type StartedLoopbackOAuth,
  type StartedOAuth,
  type StartOAuth,
} from '@hawser/contracts/vault';
import { rememberAnswer, UnitOfWork, type Transaction } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { CredentialStore } from '../../credentials/credential-store.js';
import type { CredentialEntity } from '../../credentials/credential.entity.js';
import { starterOf } from '../../credentials/starter.js';
import { requireScopes } from '../scopes.js';
import type { OAuthServer } from '../servers/oauth-server.js';
import { clientMissing } from './client-missing.js';
import { FlowClients } from './flow-clients.js';
import { FlowNames, type FlowName } from './flow-names.js';
import { FlowStart, type FlowWay } from './flow-start.js';
import { FlowTargets } from './flow-targets.js';
import { RedirectAllowList } from './redirect-allow-list.js';

interface Operation {
  subject: string;
  request: SignInFor;
}

@Injectable()
export class SignInService {
  constructor(
    private readonly redirects: RedirectAllowList,
    private readonly targets: FlowTargets,
    private readonly names: FlowNames,
    private readonly clients: FlowClients,
    private readonly starts: FlowStart,
    private readonly credentials: CredentialStore,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async initiate(context: CallContext, request: StartOAuth): Promise<StartedOAuth> {
    const callbackUrl = callbackUrlOf(request.public_url);
    const redirectUri = request.redirect_uri || callbackUrl;
    const returnTo = request.return_to || null;
    this.redirects.requireRedirectUri(redirectUri, callbackUrl);
    if (returnTo !== null) this.redirects.requireReturnTo(returnTo);
    const completedBy = redirectUri === callbackUrl ? 'callback' : 'exchange';
    if (returnTo !== null && completedBy === 'exchange')
      throw ServiceError.invalid(
        'return_to',
        'is where Hawser sends the browser from its own callback; leave it out with another redirect_uri',
        returnTo,
      );
    const operation = { subject: initiateOAuth.subject, request };
    return this.begin(context, operation, { redirectUri, completedBy, returnTo }, request.public_url);
  }

  async startLoopback(context: CallContext, request: LoopbackOAuth): Promise<StartedLoopbackOAuth> {
    const redirectUri = `http://127.0.0.1:${request.port}/callback`;
    const way: FlowWay = { redirectUri, completedBy: 'exchange', returnTo: null };
    const operation = { subject: startLoopbackOAuth.subject, request };
    return { ...(await this.begin(context, operation, way, null)), redirect_uri: redirectUri };
  }

  private async begin(
    context: CallContext,
    operation: Operation,
    way: FlowWay,
    publicUrl: string | null,
  ): Promise<StartedOAuth> {
    const { request } = operation;
    requireScopes(request.scopes ?? []);
    const { server, credential: known } = await this.targets.find(context, request);
    const name = known === null ? await this.names.choose(context, server, request.name) : null;
    const client = await this.clients.forFlow(context, server, way.redirectUri, publicUrl);
    if (client === null) throw clientMissing(server);
    return this.unitOfWork.run(context, async (transaction) => {
      const { manager } = transaction;
      const credential =
        name === null ? known : await this.makeOnce(transaction, context, operation, server, name);
      if (credential === null) throw new Error('a sign-in for no credential');
      const scopes = request.scopes ?? scopesOf(server, credential);
      const resource = credential.resource ?? server.resource;
      const plan = { server, client, scopes, resource, way };
      const started = await this.starts.begin(manager, context, credential.id, plan);
      // Whoever signs in for it from now on waits for this flow to be there, and ends it; who has done so is seen here.
      await this.targets.requireOwn(context, credential.id, manager);
      return started;
    });
  }

  /** A repeated key brings back the credential, and its sign-in begins anew: no state is stored to be repeated. */
  private async makeOnce(
    transaction: Transaction,
    context: CallContext,
    operation: Operation,
    server: OAuthServer,
    name: FlowName,
  ): Promise<CredentialEntity> {
    const { manager } = transaction;
    let made: CredentialEntity | undefined;
    const { id } = await rememberAnswer(manager, context, operation, async () => {
      made = await this.credentials.takePending(transaction, {
        ...name,
        workspace_id: workspaceOf(context),
        provider: server.id,
        resource: server.resource,
        scopes: operation.request.scopes ?? server.scopes,
        allowed_origins: server.resource === null ? null : [new URL(server.resource).origin],
        made_by: starterOf(context.actor),
      });
      return { id: made.id };
    });
    return made ?? this.targets.requireOwn(context, id, manager);
  }
}

/** Those of a discovered server are what the last MCP server wanted there; a credential knows its own. */
function scopesOf(server: OAuthServer, credential: CredentialEntity): string[] {
  const isItsOwn = server.provider === null && credential.provider === server.id;
  return isItsOwn ? credential.scopes : server.scopes;
}
