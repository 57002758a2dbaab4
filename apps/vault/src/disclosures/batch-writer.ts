import { ServiceError } from '@hawser/contracts';
import { outsideCalls } from '@hawser/messaging';

export interface BatchLimits {
  /** In one write. */
  maxRows: number;
  /** That may wait for the write under way. */
  maxWaiting: number;
}

interface Waiting<Row> {
  row: Row;
  untilMs: number;
  written: () => void;
  failed: (error: unknown) => void;
}

/**
 * Writes together what comes at the same time. While nothing is being written a row goes at once; during a write rows gather
 * for the next one, so that a commit is shared by more callers the longer it takes.
 */
export class BatchWriter<Row> {
  private readonly waiting: Waiting<Row>[] = [];
  private writing = false;

  constructor(
    private readonly write: (rows: Row[]) => Promise<void>,
    private readonly limits: BatchLimits,
  ) {}

  /**
   * Resolves when the row has been written.
   * @param untilMs since 1970: after that its writing is not begun, because nobody waits for it
   * @throws ServiceError service_unavailable: too many rows wait already; service_timeout: it waited too long; else
   *   whatever the write of its batch threw
   */
  add(row: Row, untilMs = Infinity): Promise<void> {
    if (this.waiting.length >= this.limits.maxWaiting) return Promise.reject(tooMany(this.waiting.length));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiting.push({ row, untilMs, written: resolve, failed: reject });
    if (!this.writing) {
      this.writing = true;
      // A batch is of many calls, and so of none.
      void outsideCalls(() => this.drain());
    }
    return promise;
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.inTime(this.waiting.splice(0, this.limits.maxRows));
      if (batch.length === 0) continue;
      try {
        await this.write(batch.map(({ row }) => row));
        for (const { written } of batch) written();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.writing = false;
  }

  private inTime(taken: Waiting<Row>[]): Waiting<Row>[] {
    const now = Date.now();
    for (const { untilMs, failed } of taken) if (untilMs < now) failed(tooLate());
    return taken.filter(({ untilMs }) => untilMs >= now);
  }
}

function tooLate(): ServiceError {
  return new ServiceError('service_timeout', 'what had to be written first could not be in time; try again');
}

function tooMany(rows: number): ServiceError {
  const message = `${rows} rows wait to be written already; try again in a moment`;
  return new ServiceError('service_unavailable', message, { retry_after_seconds: 1 });
}
