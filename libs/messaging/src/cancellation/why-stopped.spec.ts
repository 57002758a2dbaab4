import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from '@hawser/contracts';
import { whyStopped } from './why-stopped.js';

const left = new ServiceError('cancelled', 'the caller has left');
const late = new ServiceError('service_timeout', 'the deadline of the call has passed');

/** What an operation fails with whose signal aborts while it runs. */
async function failureOf(run: (signal: AbortSignal) => Promise<unknown>, reason: unknown): Promise<unknown> {
  const caller = new AbortController();
  const failure = run(caller.signal).catch((error: unknown) => error);
  caller.abort(reason);
  return failure;
}

describe('why a handler stopped', () => {
  it.each([left, late])('is the reason of its signal: $code', async (reason) => {
    const signal = AbortSignal.abort(reason);
    const failures: unknown[] = [
      reason,
      await failureOf((aborted) => delay(1_000, undefined, { signal: aborted }), reason),
      await failureOf((aborted) => delay(1_000, undefined, { signal: aborted }), undefined),
      await failureOf((aborted) => fetch('data:,', { signal: aborted }), reason),
      new DOMException('aborted', 'AbortError'),
      new DOMException('too late', 'TimeoutError'),
      new TypeError('fetch failed', { cause: new DOMException('aborted', 'AbortError') }),
      new Error('gave up', { cause: reason }),
      new ServiceError('cancelled', 'the call to the service "next" was cancelled'),
      new ServiceError('service_timeout', 'the service "next" did not answer'),
    ];
    expect(failures.map((failure) => whyStopped(signal, failure))).toEqual(failures.map(() => reason));
  });

  it.each([
    new TypeError('x is not a function'),
    new ServiceError('not_found', 'no'),
    new Error('broken', { cause: new Error('deeper') }),
    'a text',
    undefined,
    null,
  ])('is not known of one that failed by itself after that: %s', (failure) => {
    expect(whyStopped(AbortSignal.abort(left), failure)).toBeUndefined();
  });

  it('is not known as long as somebody waits', () => {
    const waiting = new AbortController().signal;
    const aborted = new DOMException('aborted', 'AbortError');
    expect([whyStopped(waiting, aborted), whyStopped(undefined, aborted)]).toEqual([undefined, undefined]);
  });
});
