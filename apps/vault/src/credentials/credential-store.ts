import type { Actor, CallContext } from '@hawser/contracts';
import { TenantService, UnitOfWork, type Transaction } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Tokens } from '../oauth/servers/oauth-server.js';
import { secretOwner, Secrets } from '../secrets/secrets.js';
import { insertNamed, type IfTaken } from './claim-name.js';
import { tellOfChange, tellOfStatus } from './credential-events.js';
import type { CredentialEntity } from './credential.entity.js';
import { CredentialRepository, type SignedInFor } from './credential.repository.js';
import { newPendingCredential } from './new-credential.js';
import { starterOf } from './starter.js';
import { tokenTimes } from './token-times.js';

/** What is known of a credential before anybody has signed in for it. */
export interface PendingCredential extends SignedInFor {
  scopes: string[];
  ifTaken: IfTaken;
  /** Names that are as good as taken; left out where any free one may be had. */
  avoided?: readonly string[];
}

type Ref = Pick<CredentialEntity, 'workspace_id' | 'id'>;
/** As it was when a renewal began. */
type Versioned = Ref & Pick<CredentialEntity, 'version'>;

/** What sign-ins and renewals do to oauth2 credentials, and how any credential goes. */
@Injectable()
export class CredentialStore {
  constructor(
    private readonly credentials: CredentialRepository,
    private readonly secrets: Secrets,
    private readonly tenants: TenantService,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * One of type oauth2 that is still to be signed in for.
   * @throws ServiceError name_taken, forbidden (the name is to be avoided), not_found (the workspace is gone)
   */
  async createPending(transaction: Transaction, wanted: PendingCredential): Promise<CredentialEntity> {
    const { ifTaken, avoided, ...given } = wanted;
    const row = newPendingCredential(given);
    await this.tenants.keepPresent(transaction.manager, row.workspace_id);
    await insertNamed(this.credentials, transaction.manager, row, ifTaken, avoided);
    await tellOfChange(transaction, 'created', row);
    return row;
  }

  /** As `createPending`, unless the same user has given up such a sign-in: then its credential is for this one. */
  async takePending(transaction: Transaction, wanted: PendingCredential): Promise<CredentialEntity> {
    const { manager } = transaction;
    const abandoned = await this.credentials.takeAbandoned(manager, wanted, wanted.ifTaken === 'number');
    if (abandoned === undefined) return this.createPending(transaction, wanted);
    const row = { ...abandoned, scopes: wanted.scopes };
    const fields = changedFields(abandoned, row);
    if (fields.length > 0) {
      await this.credentials.update(manager, row, { scopes: row.scopes });
      await tellOfChange(transaction, 'updated', row, fields);
    }
    return row;
  }

  /** With its secrets, and those of the sign-ins that are under way for it. */
  async remove(transaction: Transaction, row: CredentialEntity): Promise<void> {
    const { manager } = transaction;
    const { workspace_id: workspaceId, id } = row;
    const flows = await this.credentials.flowsOf(manager, workspaceId, id);
    await this.credentials.delete(manager, workspaceId, id);
    for (const ownerId of [id, ...flows]) await this.secrets.remove(manager, { workspaceId, ownerId });
    await tellOfChange(transaction, 'deleted', row);
  }

  /**
   * Stores what a sign-in brought, perhaps of another user: nothing stays of the tokens before it. The credential is active
   * then. Answers whether it did: not when the credential is gone, or the sign-in has been ended meanwhile.
   * @param credential with the provider, the client and the resource that the user signed in by
   * @param flowId of the sign-in, where there is one
   */
  storeSignIn(
    context: CallContext,
    credential: Ref & Pick<CredentialEntity, 'provider' | 'client_id' | 'resource'>,
    tokens: Tokens,
    flowId?: string,
  ): Promise<boolean> {
    const { provider, client_id, resource } = credential;
    return this.change(context, credential, null, async ({ manager }, row) => {
      if (flowId !== undefined) {
        const flows = await this.credentials.flowsOf(manager, row.workspace_id, row.id);
        if (!flows.includes(flowId)) return null;
      }
      const { accessToken: value, refreshToken: refresh_token } = tokens;
      await this.secrets.put(manager, secretOwner(row), { value, refresh_token });
      const made_by = ownerAfter(context.actor, row);
      if (made_by !== row.made_by) await this.endFlows(manager, row);
      const filled = { ...renewed(row, tokens), provider, client_id, resource, made_by };
      return refresh_token === null ? { ...filled, refresh_at: null } : filled;
    });
  }

  /**
   * Stores what a renewal brought; what the answer leaves out stays as it was. Answers whether it did: not when the
   * credential is gone, or has another version than the one that was renewed.
   */
  storeRenewal(context: CallContext, credential: Versioned, tokens: Tokens): Promise<boolean> {
    return this.change(context, credential, credential.version, async ({ manager }, row) => {
      const { accessToken: value, refreshToken: refresh_token } = tokens;
      await this.secrets.put(manager, secretOwner(row), {
        value,
        ...(refresh_token !== null && { refresh_token }),
      });
      return renewed(row, tokens);
    });
  }

  /**
   * Notes that the credential cannot be used any more; its secrets stay. Answers whether it did, as `storeRenewal`.
   * @param reason for a person
   * @param retryAt after a renewal that failed: nobody tries before that, and somebody does then. Null: nobody ever
   */
  markUnusable(
    context: CallContext,
    credential: Versioned,
    status: 'expired' | 'error',
    reason: string,
    retryAt: Date | null = null,
  ): Promise<boolean> {
    return this.change(context, credential, credential.version, (_transaction, { refresh_failures }) =>
      Promise.resolve({
        status,
        status_reason: reason,
        refresh_at: null,
        retry_at: retryAt,
        ...(retryAt !== null && { refresh_failures: refresh_failures + 1 }),
      }),
    );
  }

  /** That a renewal was not answered: nothing of the tokens changes, and nobody tries before `retryAt`. */
  noteFailure({ workspace_id, id, version }: Versioned, retryAt: Date): Promise<void> {
    return this.credentials.noteFailure(workspace_id, id, version, retryAt);
  }

  /** Those that its maker has begun: it is not theirs alone to sign in for any more. */
  private async endFlows(
    manager: EntityManager,
    { workspace_id: workspaceId, id, made_by }: CredentialEntity,
  ): Promise<void> {
    for (const ownerId of await this.credentials.deleteFlowsBy(manager, workspaceId, id, made_by))
      await this.secrets.remove(manager, { workspaceId, ownerId });
  }

  /** @param version the only one that is changed; null: any */
  private async change(
    context: CallContext,
    { workspace_id, id }: Ref,
    version: number | null,
    changesOf: (transaction: Transaction, row: CredentialEntity) => Promise<Partial<CredentialEntity> | null>,
  ): Promise<boolean> {
    return this.unitOfWork.run(context, async (transaction) => {
      const row = await this.credentials.findForUpdate(transaction.manager, workspace_id, id);
      if (row === null || (version !== null && row.version !== version)) return false;
      const columns = await changesOf(transaction, row);
      if (columns === null) return false;
      const changes = { ...columns, updated_at: new Date() };
      await this.credentials.update(transaction.manager, row, changes);
      const changed = { ...row, ...changes };
      await tellOfChange(transaction, 'updated', changed, changedFields(row, changed));
      if (changed.status !== row.status) await tellOfStatus(transaction, changed);
      return true;
    });
  }
}

/** The credential with new tokens, and whatever stood in its way over. */
function renewed(row: CredentialEntity, { expiresInS, scopes }: Tokens): Partial<CredentialEntity> {
  return {
    ...tokenTimes(new Date(), expiresInS, Math.random()),
    ...(scopes !== null && { scopes }),
    status: 'active',
    status_reason: null,
    retry_at: null,
    refresh_failures: 0,
    version: row.version + 1,
  };
}

const toldFields = ['status', 'status_reason', 'provider', 'scopes', 'expires_at'] as const;

/** As the API names them. */
function changedFields(before: CredentialEntity, after: CredentialEntity): string[] {
  const changed = toldFields.filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  return before.version === after.version ? changed : ['value', ...changed];
}

/** Who may sign in for it again without being a MANAGER: whoever made it, until somebody else has put an account there. */
function ownerAfter(actor: Actor, { made_by }: CredentialEntity): string | null {
  return made_by === starterOf(actor) ? made_by : null;
}
