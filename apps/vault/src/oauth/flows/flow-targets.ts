import { ServiceError, workspaceOf, type Actor, type CallContext } from '@hawser/contracts';
import type { SignInFor } from '@hawser/contracts/vault';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CredentialEntity } from '../../credentials/credential.entity.js';
import { CredentialRepository } from '../../credentials/credential.repository.js';
import { starterOf } from '../../credentials/starter.js';
import { OAuthClients } from '../servers/oauth-clients.js';
import type { OAuthServer } from '../servers/oauth-server.js';
import { OAuthServers } from '../servers/oauth-servers.js';

export interface FlowTarget {
  server: OAuthServer;
  /** Null: to be made. */
  credential: CredentialEntity | null;
}

@Injectable()
export class FlowTargets {
  constructor(
    private readonly credentials: CredentialRepository,
    private readonly servers: OAuthServers,
    private readonly clients: OAuthClients,
  ) {}

  /** @throws ServiceError validation_failed, not_found, forbidden */
  async find(context: CallContext, wanted: SignInFor): Promise<FlowTarget> {
    if (wanted.credential_id) return this.ofCredential(context, wanted.credential_id, wanted);
    if (wanted.provider) return { server: await this.server(context, wanted.provider), credential: null };
    throw ServiceError.invalid('provider', 'is required where no credential_id is given');
  }

  /**
   * One that a flow has been begun for before.
   * @throws ServiceError not_found, forbidden: it is gone by now, or somebody else's
   */
  async requireOwn(context: CallContext, id: string, manager: EntityManager): Promise<CredentialEntity> {
    const credential = await this.credentials.find(workspaceOf(context), id, manager);
    if (credential === null) throw ServiceError.notFound('credential', id);
    requireMayFill(context.actor, credential);
    return credential;
  }

  private async ofCredential(
    context: CallContext,
    id: string,
    { provider: named, name }: SignInFor,
  ): Promise<FlowTarget> {
    if (name) throw ServiceError.invalid('name', 'is only for a credential that is still to be made', name);
    const credential = await this.credentials.find(workspaceOf(context), id);
    if (credential === null) throw ServiceError.notFound('credential', id);
    if (credential.type !== 'oauth2')
      throw ServiceError.invalid(
        'credential_id',
        `must be of type oauth2; "${credential.name}" is of type ${credential.type} and is given its value by PATCH`,
        id,
      );
    requireMayFill(context.actor, credential);
    if (named && credential.provider !== null && named !== credential.provider)
      throw ServiceError.invalid(
        'provider',
        `must be ${credential.provider}, as of the credential "${credential.name}", or left out`,
        named,
      );
    const provider = credential.provider ?? named;
    if (!provider) throw ServiceError.invalid('provider', `is required: "${credential.name}" has none yet`);
    return { server: await this.server(context, provider), credential };
  }

  private async server(context: CallContext, id: string): Promise<OAuthServer> {
    const workspaceId = workspaceOf(context);
    const server = await this.servers.find(workspaceId, id);
    if (server !== null) return server;
    const shipped = this.servers.list().map((known) => known.id);
    const known = new Set([...shipped, ...(await this.clients.configured(workspaceId))]);
    throw ServiceError.invalid('provider', `must be one of ${[...known].join(', ')}`, id);
  }
}

export function mayWriteCredentials({ role }: Actor): boolean {
  return role === 'OWNER' || role === 'ADMIN' || role === 'MANAGER';
}

/** A MEMBER may not put another account in the place of one that others rely on. */
function requireMayFill(actor: Actor, { made_by, name }: CredentialEntity): void {
  if (mayWriteCredentials(actor) || made_by === starterOf(actor)) return;
  throw new ServiceError(
    'forbidden',
    `the credential "${name}" was not made by a sign-in of yours, or somebody else has signed in for it since: ask an OWNER, ADMIN or MANAGER to sign in for it, or begin without a credential_id to make one of your own`,
  );
}
