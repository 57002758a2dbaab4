import { credentialNamesIn } from '@hawser/cascade';
import { ServiceError, type CallContext } from '@hawser/contracts';
import { deleteCredential, describeCredentials } from '@hawser/contracts/vault';
import { BusClient } from '@hawser/messaging';
import { Injectable, Logger } from '@nestjs/common';
import type { ServerColumns } from './server.columns.js';

/** Leaves the caller's deadline room, whatever the vault and a provider take. */
const withinMs = 8_000;

/** A server that is no more: where it was, and the credentials that it and its bindings used. */
export interface DeletedServer {
  endpoint: string | null;
  credentialIds: string[];
  credentialNames: string[];
}

/** Names of credentials in a row's templates. */
export function namesIn({ args_json, env_json, config_json, headers_json }: ServerColumns): string[] {
  const texts = [args_json, env_json, config_json, headers_json].filter((text) => text !== null);
  return [...new Set(texts.flatMap((text) => [...credentialNamesIn(text)]))];
}

/** What signing in to a server made, which is of no use without it. */
@Injectable()
export class MadeCredentials {
  private readonly logger = new Logger(MadeCredentials.name);

  constructor(private readonly vault: BusClient) {}

  /**
   * Deletes OAuth credentials that are good only for the origin of a deleted server, as those are that signing in to a
   * server makes; the vault keeps what something else uses. What cannot be deleted now can be seen and deleted there.
   */
  async deleteOf(context: CallContext, server: DeletedServer): Promise<void> {
    const { credentialIds: ids, credentialNames: names } = server;
    const origin = server.endpoint === null ? undefined : URL.parse(server.endpoint)?.origin;
    if (origin === undefined || ids.length + names.length === 0) return;
    const within = {
      ...context,
      deadlineAtMs: Math.min(context.deadlineAtMs ?? Infinity, Date.now() + withinMs),
    };
    try {
      const { credentials } = await this.vault.call(describeCredentials, { ids, names }, within);
      const made = credentials.filter(
        ({ type, allowed_origins }) =>
          type === 'oauth2' && allowed_origins?.every((allowed) => allowed === origin),
      );
      await Promise.all(made.map(({ id }) => this.delete(within, id)));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.logger.warn(`the credentials of a deleted server are kept: ${error.message}`);
    }
  }

  private async delete(context: CallContext, credential_id: string): Promise<void> {
    try {
      await this.vault.call(deleteCredential, { credential_id }, context);
    } catch (error) {
      const isFine = error instanceof ServiceError && ['credential_in_use', 'not_found'].includes(error.code);
      if (!isFine) throw error;
    }
  }
}
