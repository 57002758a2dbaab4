import type { Actor, CallContext } from '@hawser/contracts';
import type { CredentialStatus } from '@hawser/contracts/vault';
import { TenantService, UnitOfWork, type Transaction } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Tokens } from '../oauth/servers/oauth-server.js';
import { Secrets } from '../secrets/secrets.js';
import { insertNamed, type IfTaken } from './claim-name.js';
import { tellOfChange, tellOfStatus } from './credential-events.js';
import type { CredentialEntity } from './credential.entity.js';
import { CredentialRepository, type SignedInFor } from './credential.repository.js';
import { newPendingCredential } from './new-credential.js';
import { tokenTimes } from './token-times.js';

/** What is known of a credential before anybody has signed in for it. */
export interface PendingCredential extends SignedInFor {
  scopes: string[];
  ifTaken: IfTaken;
  /** Names that are as good as taken. */
  avoided?: readonly string[];
}

type Ref = Pick<CredentialEntity, 'workspace_id' | 'id'>;

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
   * @throws ServiceError name_taken, not_found (the workspace is gone)
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
   * Stores what a token endpoint answered; the credential is active then. Answers whether it did: not when the
   * credential is gone, or has another version than `over`.
   * @param credential of a sign-in also with the provider, the client and the resource that the user signed in by
   * @param over the version whose tokens were renewed: what the answer leaves out stays as it was. Null for a new
   *   sign-in, perhaps of another user: nothing stays of the tokens before it.
   */
  storeTokens(
    context: CallContext,
    credential: Ref & Pick<CredentialEntity, 'provider' | 'client_id' | 'resource'>,
    tokens: Tokens,
    over: number | null,
  ): Promise<boolean> {
    return this.change(context, credential, over, async ({ manager }, row) => {
      const { accessToken, refreshToken, expiresInS, scopes } = tokens;
      const isSignIn = over === null;
      const keepsRefreshToken = !isSignIn && refreshToken === null;
      const owner = { workspaceId: row.workspace_id, ownerId: row.id };
      await this.secrets.put(manager, owner, {
        value: accessToken,
        ...(keepsRefreshToken ? {} : { refresh_token: refreshToken }),
      });
      const { provider, client_id, resource } = credential;
      const times = tokenTimes(new Date(), expiresInS, Math.random());
      if (isSignIn && refreshToken === null) times.refresh_at = null;
      const made_by = isSignIn ? ownerAfter(context.actor, row) : row.made_by;
      if (made_by !== row.made_by) await this.endFlows(manager, row);
      return {
        ...times,
        ...(isSignIn && { provider, client_id, resource, made_by }),
        ...(scopes !== null && { scopes }),
        status: 'active',
        status_reason: null,
        retry_at: null,
        refresh_failures: 0,
        version: row.version + 1,
      };
    });
  }

  /**
   * Notes that the credential cannot be used any more; its secrets stay. Answers whether it did, as `storeTokens`.
   * @param reason for a person
   * @param retryAt after a renewal that failed: nobody tries before that, and somebody does then. Null: nobody ever
   */
  markUnusable(
    context: CallContext,
    credential: Ref,
    status: Exclude<CredentialStatus, 'active' | 'pending'>,
    reason: string,
    over: number | null,
    retryAt: Date | null = null,
  ): Promise<boolean> {
    return this.change(context, credential, over, (_transaction, { refresh_failures }) =>
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
  noteFailure(
    { workspace_id, id, version }: Ref & Pick<CredentialEntity, 'version'>,
    retryAt: Date,
  ): Promise<void> {
    return this.credentials.noteFailure(workspace_id, id, version, retryAt);
  }

  /** Those that its maker has begun, who may not sign in for it any more. */
  private async endFlows(
    manager: EntityManager,
    { workspace_id: workspaceId, id, made_by }: CredentialEntity,
  ): Promise<void> {
    for (const ownerId of await this.credentials.deleteFlowsBy(manager, workspaceId, id, made_by))
      await this.secrets.remove(manager, { workspaceId, ownerId });
  }

  private async change(
    context: CallContext,
    { workspace_id, id }: Ref,
    over: number | null,
    changesOf: (transaction: Transaction, row: CredentialEntity) => Promise<Partial<CredentialEntity>>,
  ): Promise<boolean> {
    return this.unitOfWork.run(context, async (transaction) => {
      const row = await this.credentials.findForUpdate(transaction.manager, workspace_id, id);
      if (row === null || (over !== null && row.version !== over)) return false;
      const changes = { ...(await changesOf(transaction, row)), updated_at: new Date() };
      await this.credentials.update(transaction.manager, row, changes);
      const changed = { ...row, ...changes };
      await tellOfChange(transaction, 'updated', changed, changedFields(row, changed));
      if (changed.status !== row.status) await tellOfStatus(transaction, changed);
      return true;
    });
  }
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
function ownerAfter({ user_id, id }: Actor, { made_by }: CredentialEntity): string | null {
  return made_by === (user_id ?? id) ? made_by : null;
}
