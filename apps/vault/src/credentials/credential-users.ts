import { ServiceError, type CallContext } from '@hawser/contracts';
import { findCredentialUsers, type NamedCredential, type UsedCredential } from '@hawser/contracts/bindings';
import { BusClient } from '@hawser/messaging';
import { Injectable, Logger } from '@nestjs/common';

/** Leaves a caller's deadline room for what comes after. */
const answerMs = 3_000;

/** By the credential's id; of one without users there is nothing. */
export type Users = ReadonlyMap<string, UsedCredential[]>;

/** What uses credentials, as `bindings` knows it. */
@Injectable()
export class CredentialUsers {
  private readonly log = new Logger(CredentialUsers.name);

  constructor(private readonly bus: BusClient) {}

  /** @throws ServiceError service_unavailable, service_timeout, and whatever `bindings` says */
  async of(context: CallContext, credentials: readonly NamedCredential[]): Promise<Users> {
    if (credentials.length === 0) return new Map();
    const named = credentials.map(({ id, name }) => ({ id, name }));
    const deadlineAtMs = Math.min(context.deadlineAtMs ?? Infinity, Date.now() + answerMs);
    const { uses } = await this.bus.call(
      findCredentialUsers,
      { credentials: named },
      { ...context, deadlineAtMs },
    );
    return Map.groupBy(uses, (use) => use.credential_id);
  }

  /**
   * Those of the names that templates call, whether or not there are such credentials.
   * @throws ServiceError as above
   */
  async namesCalledFor(context: CallContext, names: readonly string[]): Promise<string[]> {
    // By names alone: no credential has such an id.
    const users = await this.of(
      context,
      names.map((name) => ({ id: `name:${name}`, name })),
    );
    return names.filter((name) => users.get(`name:${name}`)?.some(({ templates }) => templates.length > 0));
  }

  /** The same as `of`, or null where that fails: to be told without it is better than not to be told. */
  async ifKnown(context: CallContext, credentials: readonly NamedCredential[]): Promise<Users | null> {
    try {
      return await this.of(context, credentials);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.log.warn(`what uses credentials cannot be told: ${error.message}`);
      return null;
    }
  }
}
