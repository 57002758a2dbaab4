import { ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import type { AuditEntry } from '@hawser/contracts/directory';
import { credentialsDisclosed, type DisclosureSubject } from '@hawser/contracts/vault';
import { stackOf } from '@hawser/messaging';
import { databaseUnavailable, newId } from '@hawser/persistence';
import { Injectable, Logger } from '@nestjs/common';
import { BatchWriter } from './batch-writer.js';
import { DisclosureRepository } from './disclosure.repository.js';

/** More may wait than callers are let in at once. */
const limits = { maxRows: 500, maxWaiting: 5_000 };

/** Who was given which credentials, and what for. */
@Injectable()
export class DisclosureLog {
  private readonly log = new Logger(DisclosureLog.name);
  private readonly writer: BatchWriter<AuditEntry>;

  constructor(private readonly disclosures: DisclosureRepository) {
    this.writer = new BatchWriter((entries) => this.write(entries), limits);
  }

  /**
   * Resolves when it has been written.
   * @param names of the credentials whose values are given out
   * @throws ServiceError service_unavailable, service_timeout, secret_encryption_unavailable: it could not be, so
   *   nothing may be given out
   */
  note(context: CallContext, subject: DisclosureSubject, names: readonly string[]): Promise<void> {
    const { actor, requestId, deadlineAtMs } = context;
    const entry = {
      id: newId('aud'),
      workspace_id: workspaceOf(context),
      at: new Date().toISOString(),
      actor_kind: actor.kind,
      actor_id: actor.id,
      actor_user_id: actor.user_id ?? null,
      action: credentialsDisclosed,
      target_id: subject.id,
      target_name: null,
      fields: [...names].sort(),
      request_id: requestId,
    };
    return this.writer.add(entry, deadlineAtMs);
  }

  private async write(entries: AuditEntry[]): Promise<void> {
    try {
      await this.disclosures.insert(entries);
    } catch (error) {
      this.log.error(`${entries.length} answers with credentials are refused: ${stackOf(error)}`);
      throw databaseUnavailable(error) ?? cannotBeNoted;
    }
  }
}

/** Not that the vault is away: asking again at once would not help. */
const cannotBeNoted = new ServiceError(
  'secret_encryption_unavailable',
  'credentials are given out only when that is noted in the audit log, which cannot be written now',
);
