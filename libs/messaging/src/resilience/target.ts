import { ServiceError } from '@hawser/contracts';
import { Logger } from '@nestjs/common';
import {
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  handleWhen,
} from 'cockatiel';
import { isUnavailable } from '../answer.js';
import { type BusMessage, DeadlineError, NoResponderError } from '../bus.js';
import { CallCancelledError } from '../cancellation/call-cancelled-error.js';
import { circuitState, rejectedTotal, retriesTotal } from '../rpc-metrics.js';
import { type PendingRequest, sendUntilAnswered } from './attempts.js';
import type { CallLimits } from './call-limits.js';
import { FailureShare } from './failure-share.js';

/**
 * Who waited less has learnt nothing about the service: it may be waiting for something outside, as a renewal does for a
 * provider, on behalf of somebody who has little time.
 */
const tellingSilenceMs = 2_000;

const stateValues: Record<CircuitState, number> = {
  [CircuitState.Closed]: 0,
  [CircuitState.HalfOpen]: 1,
  [CircuitState.Open]: 2,
  [CircuitState.Isolated]: 2,
};

/**
 * A service as its callers see it. The retries lie within the circuit, so that a service that comes back in their
 * time has not failed; the circuit lies within the bulkhead, so that whoever waited there is told that it has opened.
 */
export class Target {
  private readonly logger = new Logger(Target.name);
  private readonly slots;
  private readonly circuit: CircuitBreakerPolicy;
  private readonly countRetry: () => void;
  private trialAtMs = 0;

  constructor(
    private readonly service: string,
    private readonly limits: CallLimits,
  ) {
    this.slots = bulkhead(limits.inFlight, limits.waiting);
    this.circuit = this.makeCircuit();
    const retries = retriesTotal.labels(service);
    this.countRetry = () => retries.inc();
  }

  /**
   * Sends a request, again where that can do no harm, or refuses it at once.
   * @throws ServiceError service_unavailable: the service has been failing, or has too many calls to answer already
   * @throws NoResponderError, DeadlineError and others, as `Bus.request`
   * @throws CallCancelledError the caller has left before it was sent, or sent again
   */
  async send(request: PendingRequest): Promise<BusMessage> {
    if (request.signal?.aborted) throw new CallCancelledError(request.signal, { answered: false });
    if (this.isOpen()) throw this.refusal('circuit');
    const work = (): Promise<BusMessage> => this.sendThroughCircuit(request);
    return this.slots.executionSlots > 0 ? this.slots.execute(work) : this.waitForSlot(request, work);
  }

  private async sendThroughCircuit(request: PendingRequest): Promise<BusMessage> {
    if (this.isOpen()) throw this.refusal('circuit');
    return this.circuit.execute(() => sendUntilAnswered(request, this.limits, this.countRetry));
  }

  /** While one call tries whether the service is back, too: the circuit itself would let all others wait for it. */
  private isOpen(): boolean {
    const { state } = this.circuit;
    if (state === CircuitState.Closed) return false;
    return state === CircuitState.HalfOpen || Date.now() < this.trialAtMs;
  }

  /** The bulkhead knows no deadlines: whoever waits in it for too long, or for nobody, leaves by itself. */
  private waitForSlot(
    { subject, deadlineAtMs, signal }: PendingRequest,
    work: () => Promise<BusMessage>,
  ): Promise<BusMessage> {
    return new Promise((resolve, reject) => {
      const gone = new AbortController();
      const leave = (error: Error): void => {
        stopWaiting();
        gone.abort();
        reject(error);
      };
      const timer = setTimeout(() => leave(new DeadlineError(subject, 0)), deadlineAtMs - Date.now());
      const cancel = (): void => leave(new CallCancelledError(signal, { answered: false }));
      signal?.addEventListener('abort', cancel);
      const stopWaiting = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
      };
      const turn = (): Promise<BusMessage> => {
        stopWaiting();
        return work();
      };
      this.slots.execute(turn, gone.signal).then(resolve, (error: unknown) => {
        stopWaiting();
        reject(error instanceof BulkheadRejectedError ? this.refusal('bulkhead') : (error as Error));
      });
    });
  }

  private refusal(reason: 'circuit' | 'bulkhead'): ServiceError {
    rejectedTotal.inc({ target: this.service, reason });
    const why = reason === 'circuit' ? 'has been failing' : 'has more calls than it can answer';
    return new ServiceError(
      'service_unavailable',
      `the service "${this.service}" ${why}, try again in a second`,
      { service: this.service, retry_after_seconds: 1 },
    );
  }

  private makeCircuit(): CircuitBreakerPolicy {
    const { service, limits } = this;
    const failures = handleWhen(
      (error) =>
        error instanceof NoResponderError ||
        (error instanceof DeadlineError && error.timeoutMs >= tellingSilenceMs) ||
        // It tells nothing either way, and must not close the circuit as any other error would.
        (error instanceof CallCancelledError && !error.answered && circuit.state === CircuitState.HalfOpen),
    ).orWhenResult((answer) => isUnavailable(answer as BusMessage, service));
    const circuit = circuitBreaker(failures, {
      halfOpenAfter: limits.circuitOpenMs,
      breaker: new FailureShare({
        threshold: limits.circuitThreshold,
        windowSeconds: limits.circuitWindowSeconds,
        leastCalls: limits.circuitLeastCalls,
      }),
    });
    const state = circuitState.labels(service);
    state.set(stateValues[circuit.state]);
    circuit.onStateChange((next) => state.set(stateValues[next]));
    circuit.onBreak(() => {
      // Not again for each call that tries in vain.
      if (this.trialAtMs === 0) this.logger.warn(`the service "${service}" fails; its callers are refused`);
      this.trialAtMs = Date.now() + limits.circuitOpenMs;
    });
    circuit.onReset(() => {
      this.logger.log(`the service "${service}" is back`);
      this.trialAtMs = 0;
    });
    return circuit;
  }
}
