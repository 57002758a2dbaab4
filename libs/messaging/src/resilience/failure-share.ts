import { CircuitState, type IBreaker } from 'cockatiel';

interface Second {
  /** Seconds since 1970. */
  at: number;
  failures: number;
  successes: number;
}

export interface FailureShareOptions {
  /** The share of failed calls, 0 to 1, beyond which the circuit opens. */
  threshold: number;
  windowSeconds: number;
  /** Fewer calls within the window than this open nothing. */
  leastCalls: number;
}

/**
 * Opens a circuit when too many of the calls that ended in the last seconds have failed. Cockatiel's own
 * `SamplingBreaker` forgets old seconds only as new calls end: after a busy time it takes a service that has fallen
 * silent for a healthy one until callers have run into their deadlines several times.
 */
export class FailureShare implements IBreaker {
  /** Cockatiel's, for circuits that are stored; ours begin anew with the process. */
  state: unknown = undefined;
  private seconds: Second[] = [];

  constructor(private readonly options: FailureShareOptions) {}

  success(state: CircuitState): void {
    if (state === CircuitState.HalfOpen) this.seconds = [];
    this.now().successes += 1;
  }

  failure(state: CircuitState): boolean {
    this.now().failures += 1;
    if (state !== CircuitState.Closed) return true;
    const { threshold, leastCalls } = this.options;
    const failures = this.seconds.reduce((sum, second) => sum + second.failures, 0);
    const calls = this.seconds.reduce((sum, second) => sum + second.successes, failures);
    return calls >= leastCalls && failures > threshold * calls;
  }

  private now(): Second {
    const at = Math.floor(Date.now() / 1_000);
    const last = this.seconds.at(-1);
    if (last?.at === at) return last;
    const oldest = at - this.options.windowSeconds;
    const second = { at, failures: 0, successes: 0 };
    this.seconds = [...this.seconds.filter((earlier) => earlier.at > oldest), second];
    return second;
  }
}
