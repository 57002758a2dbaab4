import { AsyncLocalStorage } from 'node:async_hooks';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';

/** What log lines say of the request or event that they belong to. */
export interface CurrentCall {
  requestId: string;
  /** W3C Trace Context, https://www.w3.org/TR/trace-context/ */
  traceparent?: string;
}

const calls = new AsyncLocalStorage<CurrentCall>();

/** Runs `work`, in which, and in all that it waits for, `currentCall` answers `call`. */
export function inCall<T>(call: CurrentCall, work: () => T): T {
  return calls.run(call, work);
}

/** Runs `work` as nobody's: what a call only set off is neither logged nor traced as a part of it. */
export function outsideCalls<T>(work: () => T): T {
  return calls.exit(() => context.with(ROOT_CONTEXT, work));
}

/** The call that is being worked on here; undefined outside of any. */
export function currentCall(): CurrentCall | undefined {
  return calls.getStore();
}
