import { ServiceError, workspaceOf, type CallContext, type Deleted } from '@hawser/contracts';
import {
  vaultChanged,
  type OAuthClient as OAuthClientDto,
  type ProviderRef,
  type SetOAuthClient,
} from '@hawser/contracts/vault';
import { TenantService, UnitOfWork, type Transaction } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Secrets, type SecretOwner } from '../../secrets/secrets.js';
import { clientOwner, type ClientSource, type OAuthClientEntity } from './oauth-client.entity.js';
import { OAuthClientRepository } from './oauth-client.repository.js';
import type { OAuthClient, OAuthServer } from './oauth-server.js';
import { OAuthServers } from './oauth-servers.js';

/** A client that Hawser got by itself, and not from a person. */
export interface RegisteredClient extends OAuthClient {
  source: Exclude<ClientSource, 'given'>;
  /** The only one that it is for. */
  redirectUri: string;
  /** From then on another one has to be registered; null: never. */
  secretExpiresAt: Date | null;
}

/**
 * A workspace's clients at providers and discovered servers; there are none that workspaces share. Of several at one
 * server each stays for as long as something was got by it, because no other could renew that.
 */
@Injectable()
export class OAuthClients {
  constructor(
    private readonly repository: OAuthClientRepository,
    private readonly servers: OAuthServers,
    private readonly secrets: Secrets,
    private readonly tenants: TenantService,
    private readonly unitOfWork: UnitOfWork,
    private readonly dataSource: DataSource,
  ) {}

  /**
   * By which something was begun. Null where it is gone, or worth nothing any more: its secret has expired.
   * @param manager of the transaction that it is a part of, where there is one
   */
  find(
    workspaceId: string,
    serverId: string,
    clientId: string,
    manager?: EntityManager,
  ): Promise<OAuthClient | null> {
    return this.read(manager, (own) => this.repository.find(own, workspaceId, serverId, clientId));
  }

  /**
   * By which a sign-in begins: the one that the workspace was given, else one that Hawser got for this redirect URI.
   * @param manager of the transaction that it is a part of, where there is one
   */
  current(
    workspaceId: string,
    serverId: string,
    redirectUri: string,
    manager?: EntityManager,
  ): Promise<OAuthClient | null> {
    return this.read(manager, (own) => this.repository.findCurrent(own, workspaceId, serverId, redirectUri));
  }

  /** Ids of the providers and servers at which the workspace has a client. */
  async configured(workspaceId: string): Promise<Set<string>> {
    return new Set(await this.repository.providersWithClient(workspaceId));
  }

  /** Sign-ins begin by this one from now on. */
  async set(
    context: CallContext,
    { provider_id, client_id, client_secret = null }: SetOAuthClient,
  ): Promise<OAuthClientDto> {
    const server = await this.requireServer(context, provider_id);
    return this.unitOfWork.run(context, async (transaction) => {
      const before = await this.lock(transaction, workspaceOf(context), server);
      const row = await this.write(transaction, {
        workspace_id: workspaceOf(context),
        provider: server.id,
        client_id,
        source: 'given',
        token_auth_method: null,
        redirect_uri: null,
        secret_expires_at: null,
        client_secret,
      });
      const isFirst = !before.some(({ source }) => source === 'given');
      await emitChange(transaction, isFirst ? 'created' : 'updated', server);
      return {
        provider: row.provider,
        client_id: row.client_id,
        has_secret: client_secret !== null,
        updated_at: row.updated_at.toISOString(),
      };
    });
  }

  /** Takes all away that the workspace was given there, also those that something was got by. */
  async delete(context: CallContext, { provider_id }: ProviderRef): Promise<Deleted> {
    const server = await this.requireServer(context, provider_id);
    await this.unitOfWork.run(context, async (transaction) => {
      const known = await this.lock(transaction, workspaceOf(context), server);
      const given = known.filter(({ source }) => source === 'given');
      if (given.length === 0) throw ServiceError.notFound('OAuth client of provider', provider_id);
      await this.remove(transaction.manager, given);
      await emitChange(transaction, 'deleted', server);
    });
    return { id: server.id, deleted: true };
  }

  /**
   * Keeps a client that was registered, or a document's URL; answers it, or the one that sign-ins with its redirect URI
   * have begun by meanwhile: of two that register at once the first one's is kept.
   */
  async remember(
    transaction: Transaction,
    workspaceId: string,
    server: OAuthServer,
    client: RegisteredClient,
  ): Promise<OAuthClient> {
    const before = await this.lock(transaction, workspaceId, server);
    const { clientId, clientSecret, tokenAuthMethod, redirectUri } = client;
    const known = await this.current(workspaceId, server.id, redirectUri, transaction.manager);
    if (known !== null) return known;
    await this.write(transaction, {
      workspace_id: workspaceId,
      provider: server.id,
      client_id: clientId,
      source: client.source,
      token_auth_method: tokenAuthMethod,
      redirect_uri: redirectUri,
      secret_expires_at: client.secretExpiresAt,
      client_secret: clientSecret,
    });
    const isNew = !before.some(({ client_id }) => client_id === clientId);
    await emitChange(transaction, isNew ? 'created' : 'updated', server);
    return { clientId, clientSecret, tokenAuthMethod };
  }

  private async read(
    manager: EntityManager | undefined,
    query: (manager: EntityManager) => Promise<OAuthClientEntity | null>,
  ): Promise<OAuthClient | null> {
    if (manager === undefined) {
      // One view of both tables: else the secret could be gone already, or be newer than its row.
      return this.dataSource.transaction('REPEATABLE READ', (own) => this.read(own, query));
    }
    const row = await query(manager);
    if (row === null) return null;
    const { client_secret = null } = await this.secrets.read(ownerOf(row), manager);
    return {
      clientId: row.client_id,
      clientSecret: client_secret,
      tokenAuthMethod: row.token_auth_method,
    };
  }

  /** What there is at the server, which nobody else changes until the transaction ends. */
  private async lock(
    { manager }: Transaction,
    workspaceId: string,
    { id }: OAuthServer,
  ): Promise<OAuthClientEntity[]> {
    await this.tenants.keepPresent(manager, workspaceId);
    return this.repository.lockAll(manager, workspaceId, id);
  }

  /** Those that are of no use any more go. */
  private async write(
    { manager }: Transaction,
    { client_secret, ...client }: Omit<OAuthClientEntity, 'updated_at'> & { client_secret: string | null },
  ): Promise<OAuthClientEntity> {
    const row = await this.repository.upsert(manager, client);
    await this.secrets.put(manager, ownerOf(row), { client_secret });
    const unused = await this.repository.listUnused(manager, row.workspace_id, row.provider);
    await this.remove(
      manager,
      unused.filter(({ client_id }) => client_id !== row.client_id),
    );
    return row;
  }

  private async remove(manager: EntityManager, rows: readonly OAuthClientEntity[]): Promise<void> {
    await this.repository.delete(manager, rows);
    for (const row of rows) await this.secrets.remove(manager, ownerOf(row));
  }

  private async requireServer(context: CallContext, id: string): Promise<OAuthServer> {
    const server = await this.servers.find(workspaceOf(context), id);
    if (server === null) throw ServiceError.notFound('OAuth provider', id);
    return server;
  }
}

function ownerOf({ workspace_id, provider, client_id }: OAuthClientEntity): SecretOwner {
  return { workspaceId: workspace_id, ownerId: clientOwner(provider, client_id) };
}

async function emitChange(
  transaction: Transaction,
  fact: 'created' | 'updated' | 'deleted',
  { id, name }: OAuthServer,
): Promise<void> {
  const fields = fact === 'updated' ? ['client_id', 'client_secret'] : [];
  await transaction.emit(vaultChanged, { entity: 'oauth_client', fact, id, name, fields });
}
