import { type CallContext, ServiceError } from '@hawser/contracts';
import type { Bus, Subscription } from '../bus.js';
import { callIdOf, cancellationSubject, cancelledCallId } from './cancellation-message.js';

/** Node fires a timer that is longer than that at once, and complains of one that is negative. */
const longestTimerMs = 2 ** 31 - 1;

/** The cancellable calls that a process is working on. */
export class OpenCalls {
  private readonly byId = new Map<string, AbortController>();

  /** Those that can be cancelled from outside at this moment. */
  get count(): number {
    return this.byId.size;
  }

  /** Hears the cancellations of a service's calls. Most are of calls that another process has, or that have ended. */
  listen(bus: Pick<Bus, 'listen'>, service: string): Subscription {
    return bus.listen(cancellationSubject(service), (message) => {
      const caller = this.byId.get(cancelledCallId(message));
      caller?.abort(new ServiceError('cancelled', 'the caller has left', { service }));
    });
  }

  /**
   * Gives a call's context its signal, which aborts with a `ServiceError`: `cancelled` when its caller leaves,
   * `service_timeout` at its deadline. Answers what to do when the call has ended; after that it never aborts.
   *
   * Runs before anything is waited for. A cancellation follows its request over one connection, so it finds it here;
   * one that were faster would be lost, and the call would end by its deadline.
   */
  begin(context: CallContext, headers: Record<string, string>): () => void {
    const caller = new AbortController();
    context.signal = caller.signal;
    const { deadlineAtMs } = context;
    const timer =
      deadlineAtMs === undefined
        ? undefined
        : setTimeout(
            () => caller.abort(new ServiceError('service_timeout', 'the deadline of the call has passed')),
            Math.max(0, Math.min(deadlineAtMs - Date.now(), longestTimerMs)),
          );
    const callId = callIdOf(headers);
    if (callId !== undefined) this.byId.set(callId, caller);
    return () => {
      clearTimeout(timer);
      // Not a call that came later under the same id.
      if (callId !== undefined && this.byId.get(callId) === caller) this.byId.delete(callId);
    };
  }
}
