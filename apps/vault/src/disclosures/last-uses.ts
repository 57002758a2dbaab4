import { stackOf } from '@hawser/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { BatchWriter } from './batch-writer.js';
import { LastUseRepository, type CredentialUse } from './last-use.repository.js';

const minuteMs = 60_000;
/** Of those used within a minute so many are known to be noted; of more some are noted again, which changes nothing. */
const mostRemembered = 10_000;
const limits = { maxRows: 1_000, maxWaiting: mostRemembered };

/**
 * When credentials were last given out, to the minute. It is nobody's to wait for, and nobody's error. What is noted is
 * remembered here: to look it up with the credential takes a sixth of the time of that query.
 */
@Injectable()
export class LastUses {
  private readonly log = new Logger(LastUses.name);
  private readonly writer: BatchWriter<CredentialUse>;
  /** When a credential was last used, in ms since 1970; the longest ago comes first. */
  private readonly noted = new Map<string, number>();

  constructor(private readonly uses: LastUseRepository) {
    this.writer = new BatchWriter((uses) => this.write(uses), limits);
  }

  note(workspaceId: string, credentialIds: readonly string[]): void {
    const now = Date.now();
    for (const id of credentialIds) {
      if (now - (this.noted.get(id) ?? 0) < minuteMs) continue;
      this.noted.delete(id);
      this.noted.set(id, now);
      // Then the next use is noted.
      this.writer.add({ workspace_id: workspaceId, credential_id: id }).catch(() => this.noted.delete(id));
    }
    this.forgetOldest();
  }

  private forgetOldest(): void {
    for (const id of this.noted.keys()) {
      if (this.noted.size <= mostRemembered) return;
      this.noted.delete(id);
    }
  }

  private async write(uses: CredentialUse[]): Promise<void> {
    try {
      await this.uses.note(uses);
    } catch (error) {
      this.log.warn(`the last uses of ${uses.length} credentials are not noted: ${stackOf(error)}`);
      throw error;
    }
  }
}
