import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { RefreshLeaseRepository } from './refresh-lease.repository.js';
import { RenewableCredentialRepository, type DueCredential } from './renewable-credential.repository.js';
import { TokenRefresher } from './token-refresher.js';

const everyMs = 15_000;
/** Replicas that were started together do not look together. */
const jitter = 0.2;
const batchSize = 50;
const atOnce = 8;
/** Longer than a try takes. */
const waitMs = 10_000;

/** Renews access tokens before anybody has to wait for it. Every replica has one; the leases keep them apart. */
@Injectable()
export class RefreshWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(RefreshWorker.name);
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly credentials: RenewableCredentialRepository,
    private readonly leases: RefreshLeaseRepository,
    private readonly refresher: TokenRefresher,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  /** What has been begun is finished. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.pass.catch(() => undefined);
  }

  /** Renews all that are due at this moment, some at once. */
  renewDue(): Promise<void> {
    this.pass = this.look();
    return this.pass;
  }

  private async look(): Promise<void> {
    const seen = new Set<string>();
    let unseen: DueCredential[];
    do {
      const due = await this.credentials.listDue(batchSize);
      // What is due again at once, as a token without any time is, waits for the next look.
      unseen = due.filter(({ id }) => !seen.has(id));
      for (const { id } of unseen) seen.add(id);
      await this.renewAll([...unseen]);
    } while (unseen.length === batchSize && !this.stopping);
    await this.leases.removeLapsed();
  }

  private async renewAll(due: DueCredential[]): Promise<void> {
    const oneAfterTheOther = async (): Promise<void> => {
      for (let next = due.shift(); next !== undefined && !this.stopping; next = due.shift())
        await this.refresher.ensureFresh(next.workspace_id, next.id, waitMs);
    };
    await Promise.all(Array.from({ length: atOnce }, oneAfterTheOther));
  }

  private schedule(): void {
    if (this.stopping) return;
    const pauseMs = everyMs * (1 - jitter + 2 * jitter * Math.random());
    this.timer = setTimeout(() => {
      void this.renewDue()
        .catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          this.log.warn(`access tokens that are due are renewed later: ${reason}`);
        })
        .finally(() => this.schedule());
    }, pauseMs).unref();
  }
}
