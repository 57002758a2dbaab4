import { ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import type { LoopbackOAuth, StartedLoopbackOAuth, StartedOAuth, StartOAuth } from '@hawser/contracts/vault';
import { UnitOfWork, violatesReference, type Transaction } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { CredentialStore } from '../../credentials/credential-store.js';
import type { CredentialEntity } from '../../credentials/credential.entity.js';
import { callbackUrlOf } from './callback-url.js';
import { clientMissing } from './client-missing.js';
import { FlowClients } from './flow-clients.js';
import { FlowStart, type FlowWay } from './flow-start.js';
import { FlowTargets, starterOf, type FlowTarget, type Wanted } from './flow-targets.js';
import { RedirectAllowList } from './redirect-allow-list.js';
import { requireScopes } from './scopes.js';

type SignIn = Wanted & { scopes?: string[] | null };

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
    return this.begin(context, request, { redirectUri, completedBy, returnTo }, request.public_url);
  }

  async startLoopback(
    context: CallContext,
    { port, ...request }: LoopbackOAuth,
  ): Promise<StartedLoopbackOAuth> {
    const redirectUri = `http://127.0.0.1:${port}/callback`;
    const way: FlowWay = { redirectUri, completedBy: 'exchange', returnTo: null };
    return { ...(await this.begin(context, request, way, null)), redirect_uri: redirectUri };
  }

  private async begin(
    context: CallContext,
    wanted: SignIn,
    way: FlowWay,
    publicUrl: string | null,
  ): Promise<StartedOAuth> {
    requireScopes(wanted.scopes ?? []);
    const target = await this.targets.find(context, wanted);
    const { server } = target;
    const client = await this.clients.forFlow(context, server, way.redirectUri, publicUrl);
    if (client === null) throw clientMissing(server);
    const scopes = wanted.scopes ?? scopesOf(target);
    const resource = target.credential?.resource ?? server.resource;
    const prepared = await this.starts.prepare({ server, client, scopes, resource, way });
    try {
      return await this.unitOfWork.run(context, async (transaction) => {
        const credential =
          target.credential ?? (await this.make(transaction, context, target, wanted.name, scopes));
        return this.starts.open(transaction.manager, context, credential, prepared);
      });
    } catch (error) {
      if (target.credential === null || !violatesReference(error, 'oauth_flows_credential')) throw error;
      throw ServiceError.notFound('credential', target.credential.id);
    }
  }

  private make(
    transaction: Transaction,
    context: CallContext,
    { server }: FlowTarget,
    name: string | null | undefined,
    scopes: string[],
  ): Promise<CredentialEntity> {
    return this.credentials.createPending(transaction, {
      workspaceId: workspaceOf(context),
      name: name ?? server.id,
      ifTaken: name ? 'refuse' : 'number',
      provider: server.id,
      resource: server.resource,
      scopes,
      allowedOrigins: server.resource === null ? null : [new URL(server.resource).origin],
      madeBy: starterOf(context.actor),
    });
  }
}

/** Those of a discovered server are what the last MCP server wanted there; a credential knows its own. */
function scopesOf({ server, credential }: FlowTarget): string[] {
  const isItsOwn = server.provider === null && credential?.provider === server.id;
  return isItsOwn ? credential.scopes : server.scopes;
}
