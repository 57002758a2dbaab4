import type { ErrorCode } from '@hawser/contracts';
import { Counter, Gauge, Histogram } from 'prom-client';

type Durations = Histogram<'subject' | 'code'>;

const labelNames = ['subject', 'code'] as const;
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];

export const clientDurations: Durations = new Histogram({
  name: 'hawser_rpc_client_duration_seconds',
  help: 'How long callers waited for an answer, retries included; code is "ok" or the error code.',
  labelNames,
  buckets,
});

export const serverDurations: Durations = new Histogram({
  name: 'hawser_rpc_server_duration_seconds',
  help: 'How long requests took within the service, from bytes to bytes; code is "ok" or the error code.',
  labelNames,
  buckets,
});

export const retriesTotal = new Counter({
  name: 'hawser_rpc_retries_total',
  help: 'Attempts after the first of a call.',
  labelNames: ['target'] as const,
});

export const rejectedTotal = new Counter({
  name: 'hawser_rpc_rejected_total',
  help: 'Calls refused without being sent: reason is "circuit" or "bulkhead".',
  labelNames: ['target', 'reason'] as const,
});

export const circuitState = new Gauge({
  name: 'hawser_rpc_circuit_state',
  help: '0 closed, 1 half-open, 2 open.',
  labelNames: ['target'] as const,
});

/** Durations of one subject; looks each code's labels up once. */
export class SubjectDurations {
  private readonly byCode = new Map<string, { observe(seconds: number): void }>();

  constructor(
    private readonly durations: Durations,
    private readonly subject: string,
  ) {}

  /** `sinceMs` is on the clock of `performance.now()`. */
  observe(code: ErrorCode | 'ok', sinceMs: number): void {
    let observer = this.byCode.get(code);
    if (observer === undefined) {
      observer = this.durations.labels(this.subject, code);
      this.byCode.set(code, observer);
    }
    observer.observe((performance.now() - sinceMs) / 1_000);
  }
}
