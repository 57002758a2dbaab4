import { ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import {
  initiateOAuth,
  startLoopbackOAuth,
  type LoopbackOAuth,
  type StartedLoopbackOAuth,
  type StartedOAuth,
  type StartOAuth,
} from '@hawser/contracts/vault';
import { rememberAnswer, UnitOfWork, violatesReference, type Transaction } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { CredentialStore } from '../../credentials/credential-store.js';
import { callbackUrlOf } from './callback-url.js';
import { clientMissing } from './client-missing.js';
import { FlowClients } from './flow-clients.js';
import { FlowStart, type FlowWay } from './flow-start.js';
import { FlowTargets, starterOf, type FlowTarget, type Wanted } from './flow-targets.js';
import { RedirectAllowList } from './redirect-allow-list.js';
import { requireScopes } from './scopes.js';

interface Operation {
  subject: string;
  request: Wanted & { scopes?: string[] | null };
}

@Injectable()
export class SignInService {
  constructor(
    private readonly redirects: RedirectAllowList,
    private readonly targets: FlowTargets,
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
    const wanted = operation.request;
    requireScopes(wanted.scopes ?? []);
    const target = await this.targets.find(context, wanted);
    const { server } = target;
    const client = await this.clients.forFlow(context, server, way.redirectUri, publicUrl);
    if (client === null) throw clientMissing(server);
    const scopes = wanted.scopes ?? scopesOf(target);
    const resource = target.credential?.resource ?? server.resource;
    const prepared = await this.starts.prepare({ server, client, scopes, resource, way });
    let credentialId = target.credential?.id;
    try {
      return await this.unitOfWork.run(context, async (transaction) => {
        credentialId ??= await this.makeOnce(transaction, context, operation, target, scopes);
        return this.starts.open(transaction.manager, context, credentialId, prepared);
      });
    } catch (error) {
      if (credentialId === undefined || !violatesReference(error, 'oauth_flows_credential')) throw error;
      throw ServiceError.notFound('credential', credentialId);
    }
  }

  /** A repeated key brings back the credential, and its sign-in begins anew: no state is stored to be repeated. */
  private async makeOnce(
    transaction: Transaction,
    context: CallContext,
    operation: Operation,
    target: FlowTarget,
    scopes: string[],
  ): Promise<string> {
    let made = false;
    const { id } = await rememberAnswer(transaction.manager, context, operation, async () => {
      made = true;
      return this.make(transaction, context, target, operation.request.name, scopes);
    });
    // It may be gone by now, or somebody else's.
    if (!made) await this.targets.find(context, { credential_id: id });
    return id;
  }

  private async make(
    transaction: Transaction,
    context: CallContext,
    { server }: FlowTarget,
    name: string | null | undefined,
    scopes: string[],
  ): Promise<{ id: string }> {
    const { id } = await this.credentials.takePending(transaction, {
      workspaceId: workspaceOf(context),
      name: name ?? server.id,
      ifTaken: name ? 'refuse' : 'number',
      provider: server.id,
      resource: server.resource,
      scopes,
      allowedOrigins: server.resource === null ? null : [new URL(server.resource).origin],
      madeBy: starterOf(context.actor),
    });
    return { id };
  }
}

/** Those of a discovered server are what the last MCP server wanted there; a credential knows its own. */
function scopesOf({ server, credential }: FlowTarget): string[] {
  const isItsOwn = server.provider === null && credential?.provider === server.id;
  return isItsOwn ? credential.scopes : server.scopes;
}
