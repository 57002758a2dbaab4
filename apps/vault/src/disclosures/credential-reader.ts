import type { CredentialsAsked, DisclosedCredential } from '@hawser/contracts/vault';
import { Injectable } from '@nestjs/common';
import { TokenRefresher } from '../refresh/token-refresher.js';
import { isOfOneSecret, Secrets, type SealedSecret } from '../secrets/secrets.js';
import { AskedCredentialRepository, type SealedCredential } from './asked-credential.repository.js';
import { isStale, summaryOf, unreadable, whyNoValue, type NoValue } from './given-credential.js';

/** Credentials as they can be given out: renewed where they are about to expire, and decrypted. */
@Injectable()
export class CredentialReader {
  private readonly renewed = new Map<string, Promise<SealedCredential[]>>();

  constructor(
    private readonly credentials: AskedCredentialRepository,
    private readonly refresher: TokenRefresher,
    private readonly secrets: Secrets,
  ) {}

  /**
   * Those that there are, each once. One that cannot be given out has no value and says why; it never fails the others.
   * @param waitMs how long renewals may take, all of them together
   * @throws ServiceError secret_encryption_unavailable a key of the workspace cannot be used
   */
  async read(workspaceId: string, asked: CredentialsAsked, waitMs: number): Promise<DisclosedCredential[]> {
    const now = new Date();
    const rows = await this.credentials.readSealed(workspaceId, asked);
    const stale = rows.filter((row) => isStale(row, now)).map(({ id }) => id);
    if (stale.length === 0) return this.open(workspaceId, rows, now);
    const again = await Promise.all(stale.map((id) => this.renew(workspaceId, id, waitMs)));
    const others = rows.filter((row) => !isStale(row, now));
    return this.open(workspaceId, [...others, ...again.flat()], new Date());
  }

  /**
   * Whatever came of it is in the row: new tokens, a dead grant, or a token that may still be good. All who have waited for
   * one renewal read it together.
   */
  private async renew(workspaceId: string, id: string, waitMs: number): Promise<SealedCredential[]> {
    await this.refresher.ensureFresh(workspaceId, id, waitMs);
    const known = this.renewed.get(id);
    if (known !== undefined) return known;
    const reading = this.credentials.readSealed(workspaceId, { ids: [id], names: [] });
    this.renewed.set(id, reading);
    const done = (): boolean => this.renewed.delete(id);
    void reading.then(done, done);
    return reading;
  }

  private async open(
    workspaceId: string,
    rows: readonly SealedCredential[],
    now: Date,
  ): Promise<DisclosedCredential[]> {
    const usable = rows.filter((row) => whyNoValue(row, now) === null);
    const values = await this.valuesOf(usable.map((row) => secretOf(workspaceId, row)));
    return rows.map((row) => {
      const value = values.get(row.id) ?? null;
      return disclosed(row, now, value, value === null ? (whyNoValue(row, now) ?? unreadable) : null);
    });
  }

  /** By the credential's id; null for one that does not open. */
  private async valuesOf(secrets: readonly SealedSecret[]): Promise<Map<string, string | null>> {
    const ids = secrets.map(({ owner_id }) => owner_id);
    const byId = (values: (string | null)[]): Map<string, string | null> =>
      new Map(ids.map((id, index) => [id, values[index] ?? null]));
    try {
      return byId(await this.secrets.open(secrets));
    } catch (error) {
      if (!isOfOneSecret(error)) throw error;
    }
    return byId(await Promise.all(secrets.map((secret) => this.valueOf(secret))));
  }

  private async valueOf(secret: SealedSecret): Promise<string | null> {
    try {
      const [value] = await this.secrets.open([secret]);
      return value ?? null;
    } catch (error) {
      if (!isOfOneSecret(error)) throw error;
      return null;
    }
  }
}

function disclosed(
  row: SealedCredential,
  now: Date,
  value: string | null,
  reason: NoValue | null,
): DisclosedCredential {
  const summary = summaryOf(row, now);
  return reason === null ? { ...summary, value, retryable: false } : { ...summary, ...reason, value };
}

function secretOf(workspaceId: string, row: SealedCredential): SealedSecret {
  const { id, key_version, sealed, master_key_id, wrapped_key } = row;
  if (key_version === null || sealed === null || master_key_id === null || wrapped_key === null)
    throw new Error(`the credential "${id}" was to be opened without a value`);
  return {
    workspace_id: workspaceId,
    owner_id: id,
    field: 'value',
    key_version,
    sealed,
    master_key_id,
    wrapped_key,
  };
}
