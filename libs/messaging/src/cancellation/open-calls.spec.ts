import { setTimeout as delay } from 'node:timers/promises';
import { type CallContext, defineRpc, ServiceError } from '@hawser/contracts';
import { jest } from '@jest/globals';
import { eventually } from '@hawser/testing/eventually';
import { MemoryHub } from '../memory-bus.js';
import { answerRequest } from '../request-dispatch.js';
import { serverDurations, SubjectDurations } from '../rpc-metrics.js';
import { Hold, Report } from '../testing/probe.contracts.js';
import { RecordedLog } from '../testing/recorded-log.js';
import { cancellationOf, cancellationSubject, withCallId } from './cancellation-message.js';
import { OpenCalls } from './open-calls.js';
import { requestCancellable } from './request-cancellable.js';

const bare: CallContext = { requestId: 'r', actor: { kind: 'system', id: 'test' } };
const none = { data: new Uint8Array(0), headers: {} };

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

describe('the cancellable calls of a process', () => {
  const log = RecordedLog.install();
  const hub = new MemoryHub();
  const bus = hub.connect();
  let openCalls: OpenCalls;

  beforeEach(() => {
    openCalls = new OpenCalls();
    openCalls.listen(bus, 'oracle');
  });

  const begin = (
    callId: string | undefined,
    deadlineAtMs?: number,
  ): { signal: AbortSignal | undefined; ended: () => void } => {
    const context: CallContext = { ...bare, ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }) };
    const headers = callId === undefined ? {} : withCallId(none, callId).headers;
    const ended = openCalls.begin(context, headers);
    return { signal: context.signal, ended };
  };
  const cancel = (callId: string): void =>
    bus.broadcast(cancellationSubject('oracle'), cancellationOf(callId));

  it('know the one that is cancelled, and abort it with "cancelled"', () => {
    const [first, second] = [begin('a'), begin('b')];
    cancel('a');
    expect(first.signal?.reason).toEqual(new ServiceError('cancelled', 'the caller has left'));
    expect(first.signal?.reason).toMatchObject({ code: 'cancelled', details: { service: 'oracle' } });
    expect(second.signal?.aborted).toBe(false);
    first.ended();
    second.ended();
    expect(openCalls.count).toBe(0);
  });

  it('abort at their deadline, also without an id, with "service_timeout"', async () => {
    const { signal, ended } = begin(undefined, Date.now() + 30);
    expect(openCalls.count).toBe(0);
    await eventually(() => signal?.aborted === true);
    expect(signal?.reason).toMatchObject({ code: 'service_timeout' });
    ended();
  });

  it('abort at once when their deadline has passed, by no timer that Node would complain of', async () => {
    const set = jest.spyOn(globalThis, 'setTimeout');
    const { signal, ended } = begin('a', 1);
    expect(set.mock.lastCall?.[1]).toBe(0);
    set.mockRestore();
    await eventually(() => signal?.aborted === true);
    expect(signal?.reason).toMatchObject({ code: 'service_timeout' });
    ended();
  });

  it.each([
    ['none', undefined],
    ['one that is farther away than a timer goes', Number.MAX_SAFE_INTEGER],
  ])('do not abort by themselves when their deadline is %s', async (_, deadlineAtMs) => {
    const { signal, ended } = begin('a', deadlineAtMs);
    await delay(30);
    expect(signal?.aborted).toBe(false);
    ended();
  });

  it('never abort after they have ended', async () => {
    const { signal, ended } = begin('a', Date.now() + 20);
    ended();
    cancel('a');
    await delay(40);
    expect(signal?.aborted).toBe(false);
  });

  it('keep one that came later under an id of another', () => {
    const [first, second] = [begin('a'), begin('a')];
    first.ended();
    cancel('a');
    expect([first.signal?.aborted, second.signal?.aborted]).toEqual([false, true]);
    second.ended();
    expect(openCalls.count).toBe(0);
  });

  it('leave nothing behind, however a thousand of them end', async () => {
    const contract = defineRpc({ subject: 'hawser.oracle.probe.hold.v1', request: Hold, response: Report });
    const durations = new SubjectDurations(serverDurations, contract.subject);
    const handler = async ({ forMs = 60_000 }: Hold, { signal }: CallContext): Promise<Report> => {
      await delay(forMs, undefined, { signal });
      return { text: 'done' };
    };
    const endpoint = { contract, handler: handler as never, bus, logger: log, durations, openCalls };
    bus.respond(contract.subject, 'oracle', (message) => answerRequest(endpoint, message));
    const before = timers();
    const caller = new AbortController();
    const sent = Array.from({ length: 1_000 }, (_, index) => {
      // A third each is answered, cancelled, and runs into its deadline at the service.
      const [forMs, deadlineMs] = [
        [1, 60_000],
        [60_000, 60_000],
        [60_000, 2_000],
      ][index % 3] as [number, number];
      const context = { ...bare, deadlineAtMs: Date.now() + deadlineMs };
      const message = {
        data: Buffer.from(JSON.stringify({ name: 'x', forMs })),
        headers: { 'hawser-context': JSON.stringify(context) },
      };
      const request = { subject: contract.subject, service: 'oracle', message, timeoutMs: 60_000 };
      return requestCancellable(bus, { ...request, signal: caller.signal });
    });
    const outcomes = Promise.allSettled(sent);
    let ended = 0;
    for (const each of sent) void each.finally(() => (ended += 1)).catch(() => undefined);
    await eventually(() => ended === 667);
    expect(openCalls.count).toBe(333);
    caller.abort();
    const ends = (await outcomes).map((outcome) =>
      outcome.status === 'rejected'
        ? (outcome.reason as Error).name
        : (outcome.value.headers['hawser-error'] ?? 'ok'),
    );
    const count = (end: string): number => ends.filter((each) => each === end).length;
    expect([count('ok'), count('CallCancelledError'), count('service_timeout')]).toEqual([334, 333, 333]);
    expect(openCalls.count).toBe(0);
    expect(timers()).toBeLessThanOrEqual(before);
    expect(log.take()).toBe('');
  });
});
