import { ServiceError, workspaceOf, type CallContext, type PageQuery } from '@hawser/contracts';
import {
  createCredential,
  type CreateCredential,
  type Credential,
  type CredentialPage,
  type CredentialUser,
  type DeleteCredential,
  type DeletedCredential,
  type UpdateCredential,
} from '@hawser/contracts/vault';
import { keyReused, TenantService, UnitOfWork, violatesUnique } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { secretOwner, Secrets } from '../secrets/secrets.js';
import { nameTaken } from './claim-name.js';
import { tellOfChange, tellOfStatus } from './credential-events.js';
import { changesOf } from './credential-patch.js';
import { readExpiry, requireCreatable, requireMayOpenUp, requirePatchable } from './credential-rules.js';
import { CredentialStore } from './credential-store.js';
import { CredentialUsers, type Users } from './credential-users.js';
import { toDto, toUser } from './credential-view.js';
import type { CredentialEntity } from './credential.entity.js';
import { CredentialRepository } from './credential.repository.js';
import { GrantRevocation } from './grant-revocation.js';
import { credentialInUse } from './in-use.js';
import { newCredential, newPendingCredential } from './new-credential.js';

@Injectable()
export class CredentialService {
  constructor(
    private readonly credentials: CredentialRepository,
    private readonly store: CredentialStore,
    private readonly secrets: Secrets,
    private readonly users: CredentialUsers,
    private readonly revocation: GrantRevocation,
    private readonly tenants: TenantService,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async list(context: CallContext, page: PageQuery): Promise<CredentialPage> {
    const { rows, next_cursor } = await this.credentials.list(workspaceOf(context), page);
    const users = await this.users.ifKnown(context, rows);
    return { credentials: rows.map((row) => toDto(row, usersOf(row.id, users))), next_cursor };
  }

  async get(context: CallContext, id: string): Promise<Credential> {
    const row = await this.credentials.findListed(workspaceOf(context), id);
    if (row === null) throw notFound(id);
    return toDto(row, usersOf(id, await this.users.ifKnown(context, [row])));
  }

  async create(context: CallContext, input: CreateCredential): Promise<Credential> {
    requireCreatable(input);
    const row = newRow(workspaceOf(context), input);
    const { value, ...request } = input;
    let made = false;
    const credential = await this.refusingTakenName(row.name, () =>
      this.unitOfWork.create(context, { ...createCredential, request }, async (transaction) => {
        const { manager } = transaction;
        await this.tenants.keepPresent(manager, row.workspace_id);
        await this.credentials.insert(manager, row);
        if (value !== undefined) await this.secrets.put(manager, secretOwner(row), { value });
        await tellOfChange(transaction, 'created', row);
        made = true;
        return toDto({ ...row, last_used_at: null }, null);
      }),
    );
    if (!made) await this.requireSameValue(context, credential, value);
    const users = await this.users.ifKnown(context, [credential]);
    return { ...credential, used_by: usersOf(credential.id, users) };
  }

  async update(context: CallContext, { credential_id, ...patch }: UpdateCredential): Promise<Credential> {
    const known = await this.find(context, credential_id);
    requirePatchable(known.type, patch);
    const { name = known.name, value } = patch;
    if (name !== known.name) await this.requireUnnamed(context, known);
    await this.refusingTakenName(name, () =>
      this.unitOfWork.run(context, async (transaction) => {
        const { manager } = transaction;
        const row = await this.lock(manager, context, credential_id);
        requireMayOpenUp(context.actor, row, patch);
        const { fields, columns } = changesOf(row, patch);
        if (fields.length === 0) return;
        const changes = { ...columns, updated_at: new Date() };
        const changed = { ...row, ...changes };
        await this.credentials.update(manager, row, changes);
        if (value !== undefined) await this.secrets.put(manager, secretOwner(row), { value });
        await tellOfChange(transaction, 'updated', changed, fields);
        if (changed.status !== row.status) await tellOfStatus(transaction, changed);
      }),
    );
    return this.get(context, credential_id);
  }

  /** What uses it finds it missing from then on, if `force` says so. */
  async delete(
    context: CallContext,
    { credential_id, force = false }: DeleteCredential,
  ): Promise<DeletedCredential> {
    const known = await this.find(context, credential_id);
    if (!force) await this.requireUnused(context, known);
    const { row, tokens } = await this.unitOfWork.run(context, async (transaction) => {
      const { manager } = transaction;
      const row = await this.lock(manager, context, credential_id);
      const tokens = await this.revocation.tokensOf(manager, row);
      await this.store.remove(transaction, row);
      return { row, tokens };
    });
    return { deleted: true, revoked: await this.revocation.revoke(row, tokens) };
  }

  private async find(context: CallContext, id: string): Promise<CredentialEntity> {
    const row = await this.credentials.find(workspaceOf(context), id);
    if (row === null) throw notFound(id);
    return row;
  }

  private async lock(manager: EntityManager, context: CallContext, id: string): Promise<CredentialEntity> {
    const row = await this.credentials.findForUpdate(manager, workspaceOf(context), id);
    if (row === null) throw notFound(id);
    return row;
  }

  /** The key's record holds nothing of the value, not even a hash: a short secret is soon found for it. */
  private async requireSameValue(
    { idempotencyKey = '' }: CallContext,
    { workspace_id, id, version }: Credential,
    value: string | undefined,
  ): Promise<void> {
    // In this order: a value that is not the first one any more shows in the row, which is read after it.
    const kept = await this.secrets.read({ workspaceId: workspace_id, ownerId: id });
    const row = await this.credentials.find(workspace_id, id);
    if (row?.version !== version) return;
    if (kept.value !== value) throw keyReused(idempotencyKey);
  }

  private async requireUnused(context: CallContext, row: CredentialEntity): Promise<void> {
    const users = (await this.users.of(context, [row])).get(row.id) ?? [];
    const remedy = 'take it out there first, or delete it with ?force=true';
    if (users.length > 0) throw credentialInUse(row.name, users, remedy);
  }

  /** Bindings go by its id, templates by its name. */
  private async requireUnnamed(context: CallContext, row: CredentialEntity): Promise<void> {
    const users = (await this.users.of(context, [row])).get(row.id) ?? [];
    const named = users.filter(({ templates }) => templates.length > 0);
    const remedy = 'their templates name it, so take it out there before it is renamed';
    if (named.length > 0) throw credentialInUse(row.name, named, remedy);
  }

  private async refusingTakenName<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw violatesUnique(error, 'credentials_name') ? nameTaken(name) : error;
    }
  }
}

function newRow(workspaceId: string, input: CreateCredential): CredentialEntity {
  const { name, type, allowed_origins = null, expires_at } = input;
  const given = { workspace_id: workspaceId, name, allowed_origins };
  if (type === 'oauth2') return newPendingCredential(given);
  return newCredential({ ...given, type, expires_at: readExpiry(expires_at) });
}

function usersOf(id: string, users: Users | null): CredentialUser[] | null {
  return users === null ? null : (users.get(id) ?? []).map(toUser);
}

function notFound(id: string): ServiceError {
  return ServiceError.notFound('credential', id);
}
