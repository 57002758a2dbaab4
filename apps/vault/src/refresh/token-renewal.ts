import { randomUUID } from 'node:crypto';
import type { CallContext } from '@hawser/contracts';
import { tryUntilItWorks } from '@hawser/persistence';
import { Injectable, Logger } from '@nestjs/common';
import { CredentialStore } from '../credentials/credential-store.js';
import { GrantRevocation } from '../credentials/grant-revocation.js';
import type { Tokens } from '../oauth/servers/oauth-server.js';
import { TokenEndpointError } from '../oauth/servers/token-endpoint-error.js';
import { retryAt } from './back-off.js';
import { RefreshLeaseRepository, type RefreshLease } from './refresh-lease.repository.js';
import { countRefresh } from './refresh-metrics.js';
import { outcomeOf, type RefreshOutcome } from './refresh-outcome.js';
import {
  RenewableCredentialRepository,
  type RenewableCredential,
} from './renewable-credential.repository.js';
import { RenewalRequest } from './renewal-request.js';

/** Without the database nobody else can renew it either; after that the tokens that came are given up. */
const storeWithinMs = 60_000;

/** One try to renew a credential, by whoever has the lease. */
@Injectable()
export class TokenRenewal {
  private readonly log = new Logger(TokenRenewal.name);

  constructor(
    private readonly credentials: RenewableCredentialRepository,
    private readonly leases: RefreshLeaseRepository,
    private readonly request: RenewalRequest,
    private readonly store: CredentialStore,
    private readonly revocation: GrantRevocation,
  ) {}

  /** Gives the lease back. Throws for the database only. */
  async renew(lease: RefreshLease): Promise<RefreshOutcome> {
    try {
      const credential = await this.credentials.find(lease.workspaceId, lease.credentialId);
      if (credential === null) return 'gone';
      // Whoever had the lease before may have renewed it after it was last looked at.
      return outcomeOf(credential) ?? (await this.attempt(credential, lease));
    } finally {
      await this.leases
        .release(lease)
        .catch((error: unknown) => this.log.warn(`a lease stays until it lapses: ${reasonOf(error)}`));
    }
  }

  private async attempt(credential: RenewableCredential, lease: RefreshLease): Promise<RefreshOutcome> {
    const { refresh_token } = credential;
    if (refresh_token === null) return this.end(credential, 'its provider gave nothing to renew it with');
    let tokens: Tokens;
    try {
      tokens = await this.request.send(credential, refresh_token, lease);
    } catch (error) {
      const kind = error instanceof TokenEndpointError ? error.kind : 'failed';
      return kind === 'invalid_grant'
        ? this.end(credential, reasonOf(error))
        : this.backOff(credential, kind, reasonOf(error));
    }
    return this.keep(credential, tokens);
  }

  /** From here to the commit there are tokens that only this process knows, and those before them may be worth nothing. */
  private async keep(credential: RenewableCredential, tokens: Tokens): Promise<RefreshOutcome> {
    let stored: boolean;
    try {
      stored = await tryUntilItWorks(
        () => this.store.storeRenewal(contextOf(credential), credential, tokens),
        (error) => this.log.warn(`new tokens of ${credential.id} cannot be stored yet: ${reasonOf(error)}`),
        AbortSignal.timeout(storeWithinMs),
      );
    } catch (error) {
      countRefresh('lost');
      this.log.error(
        `new tokens of ${credential.id} could not be stored, so it may need a new sign-in: ${reasonOf(error)}`,
      );
      return 'failed';
    }
    if (stored) {
      countRefresh('renewed');
      return 'fresh';
    }
    const outcome = await this.overtaken(credential);
    // Who deleted it could give back only what there was before.
    if (outcome === 'gone') await this.revocation.revoke(credential, tokens);
    return outcome;
  }

  /** The grant is dead: unless somebody has renewed it meanwhile, in which case the token that was sent was just old. */
  private async end(credential: RenewableCredential, why: string): Promise<RefreshOutcome> {
    const { id } = credential;
    const reason = `its access token can be renewed no more: ${why}; sign in again`;
    if (!(await this.store.markUnusable(contextOf(credential), credential, 'expired', reason)))
      return this.overtaken(credential);
    countRefresh('expired');
    this.log.warn(`credential ${id}: ${reason}`);
    return 'dead';
  }

  /**
   * The grant stays as it is: what stands in the way may be over soon, or be mended. Only when a refusal has outlived
   * the access token does the credential show it.
   */
  private async backOff(
    credential: RenewableCredential,
    kind: 'refused' | 'unreachable' | 'failed',
    why: string,
  ): Promise<RefreshOutcome> {
    const { id, over, status, refresh_failures } = credential;
    countRefresh(kind);
    this.log[kind === 'failed' ? 'error' : 'warn'](`credential ${id} was not renewed: ${why}`);
    const next = retryAt(new Date(), refresh_failures, Math.random());
    if (kind === 'refused' && over && status === 'active') {
      const reason = `its access token has ended and could not be renewed: ${why}`;
      await this.store.markUnusable(contextOf(credential), credential, 'error', reason, next);
    } else await this.store.noteFailure(credential, next);
    return 'failed';
  }

  private async overtaken({ workspace_id, id }: RenewableCredential): Promise<RefreshOutcome> {
    countRefresh('superseded');
    const credential = await this.credentials.find(workspace_id, id);
    return credential === null ? 'gone' : (outcomeOf(credential) ?? 'failed');
  }
}

/** Nobody asked for it: it was time. */
function contextOf({ workspace_id }: RenewableCredential): CallContext {
  return { requestId: randomUUID(), workspaceId: workspace_id, actor: { kind: 'system', id: 'vault' } };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
