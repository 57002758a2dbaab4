import { setTimeout as delay } from 'node:timers/promises';
import { stackOf } from '@hawser/messaging';
import { databaseUnavailable } from '@hawser/persistence';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { RefreshLeaseRepository } from './refresh-lease.repository.js';
import { outcomeOf, type RefreshOutcome } from './refresh-outcome.js';
import { RenewableCredentialRepository } from './renewable-credential.repository.js';
import { TokenRenewal } from './token-renewal.js';

/** How often to look whether another process is done. */
const pollMs = 10;

/** What all callers of this process share. */
interface Flight {
  outcome: Promise<RefreshOutcome>;
  /** The last of them waits until then, on the clock of `performance.now()`. */
  untilMs: number;
}

/** Sees to it that an access token is good, with one call upstream whoever asks, of all processes. */
@Injectable()
export class TokenRefresher implements BeforeApplicationShutdown {
  private readonly log = new Logger(TokenRefresher.name);
  private readonly flights = new Map<string, Flight>();

  constructor(
    private readonly credentials: RenewableCredentialRepository,
    private readonly leases: RefreshLeaseRepository,
    private readonly renewal: TokenRenewal,
  ) {}

  /**
   * Renews the access token if that is due. Answers when it is done, by whomever, or `failed` when waiting is over;
   * what has been begun goes on.
   * @param waitMs 0 asks for nothing but to begin
   */
  async ensureFresh(workspaceId: string, credentialId: string, waitMs: number): Promise<RefreshOutcome> {
    const flight = this.join(workspaceId, credentialId, performance.now() + waitMs);
    const waiting = new AbortController();
    const over = delay(waitMs, 'failed' as const, { signal: waiting.signal, ref: false });
    over.catch(() => undefined);
    try {
      return await Promise.race([flight, over]);
    } finally {
      waiting.abort();
    }
  }

  /** What is under way ends before the database goes: tokens that have come are stored. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.flights.values()].map(({ outcome }) => outcome));
  }

  private join(workspaceId: string, credentialId: string, untilMs: number): Promise<RefreshOutcome> {
    const key = `${workspaceId} ${credentialId}`;
    const known = this.flights.get(key);
    if (known !== undefined) {
      known.untilMs = Math.max(known.untilMs, untilMs);
      return known.outcome;
    }
    const waitedFor = (): boolean => performance.now() < flight.untilMs;
    const outcome = this.bringAbout(workspaceId, credentialId, waitedFor)
      .catch((error: unknown) => this.failed(credentialId, error))
      .finally(() => this.flights.delete(key));
    // Its callers may have left.
    outcome.catch(() => undefined);
    const flight = { outcome, untilMs };
    this.flights.set(key, flight);
    return outcome;
  }

  /** What is wrong with one credential is no reason to fail an answer, or to leave others as they are. */
  private failed(credentialId: string, error: unknown): RefreshOutcome {
    if (databaseUnavailable(error) !== undefined) throw error;
    this.log.error(`credential ${credentialId} was not renewed: ${stackOf(error)}`);
    return 'failed';
  }

  private async bringAbout(
    workspaceId: string,
    credentialId: string,
    waitedFor: () => boolean,
  ): Promise<RefreshOutcome> {
    for (;;) {
      const credential = await this.credentials.find(workspaceId, credentialId);
      if (credential === null) return 'gone';
      const outcome = outcomeOf(credential);
      if (outcome !== undefined) return outcome;
      // Only when nobody has the lease: whoever has it is at it, and calling upstream twice is what must not be.
      const lease = credential.held ? undefined : await this.leases.acquire(workspaceId, credentialId);
      if (lease !== undefined) return this.renewal.renew(lease);
      if (!waitedFor()) return 'failed';
      await delay(pollMs);
    }
  }
}
