import { getEventListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from '@hawser/contracts';
import { jest } from '@jest/globals';
import { register } from 'prom-client';
import { encodeError } from '../answer.js';
import { type BusMessage, DeadlineError, NoResponderError } from '../bus.js';
import { CallCancelledError } from '../cancellation/call-cancelled-error.js';
import { RecordedLog } from '../testing/recorded-log.js';
import { type CallLimits, defaultCallLimits } from './call-limits.js';
import { Target } from './target.js';

const subject = 'hawser.oracle.question.ask.v1';
const answer: BusMessage = { data: new Uint8Array(0), headers: {} };
const refusal = encodeError(new ServiceError('not_found', 'no'));
const away = encodeError(new ServiceError('service_unavailable', 'the database is away'));
const busy = { code: 'service_unavailable', details: { service: 'oracle', retry_after_seconds: 1 } };

type Attempt = (timeoutMs: number) => Promise<BusMessage>;
const answering: Attempt = () => Promise.resolve(answer);
const nobody: Attempt = () => Promise.reject(new NoResponderError(subject));
const cancelled =
  (answered: boolean): Attempt =>
  () =>
    Promise.reject(new CallCancelledError(undefined, { answered }));
const silent: Attempt = (timeoutMs) => Promise.reject(new DeadlineError(subject, timeoutMs));

const enough = defaultCallLimits.circuitLeastCalls;

describe('a service as its callers see it', () => {
  const log = RecordedLog.install();
  beforeEach(() => {
    log.take();
    register.resetMetrics();
  });

  const targetWith = (limits: Partial<CallLimits> = {}): Target =>
    new Target('oracle', { ...defaultCallLimits, absenceMs: 0, ...limits });
  const send = (
    target: Target,
    attempt: Attempt,
    {
      repeatable = false,
      deadlineMs = 5_000,
      signal,
    }: { repeatable?: boolean; deadlineMs?: number; signal?: AbortSignal } = {},
  ): Promise<BusMessage> =>
    target.send({
      subject,
      service: 'oracle',
      repeatable,
      deadlineAtMs: Date.now() + deadlineMs,
      signal,
      attempt,
    });
  const sendAll = (target: Target, count: number, attempt: Attempt, deadlineMs?: number): Promise<unknown> =>
    Promise.allSettled(Array.from({ length: count }, () => send(target, attempt, { deadlineMs })));
  const stateOf = async (): Promise<unknown> =>
    (await register.getSingleMetric('hawser_rpc_circuit_state')?.get())?.values[0]?.value;

  describe('that fails', () => {
    const openMs = defaultCallLimits.circuitOpenMs;
    let nowMs: number;
    beforeEach(() => {
      nowMs = Date.now();
      jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
    });
    afterEach(() => jest.restoreAllMocks());

    it.each<[string, Attempt]>([
      ['is not there', nobody],
      ['is silent', silent],
      ['says that it cannot work', () => Promise.resolve(away)],
    ])('is not called for a second when it %s, call after call', async (_, attempt) => {
      const target = targetWith();
      await sendAll(target, enough, attempt);
      expect(await stateOf()).toBe(2);
      nowMs += openMs - 1;
      let called = false;
      const call = send(target, () => {
        called = true;
        return answering(1);
      });
      await expect(call).rejects.toMatchObject(busy);
      expect(called).toBe(false);
      expect(log.take()).toContain('"oracle"');
    });

    it('is called by one caller after that, while the others are still refused', async () => {
      const target = targetWith();
      await sendAll(target, enough, nobody);
      nowMs += openMs;
      const arriving = Promise.withResolvers<BusMessage>();
      const trial = send(target, () => arriving.promise);
      expect(await stateOf()).toBe(1);
      await expect(send(target, answering)).rejects.toMatchObject(busy);
      arriving.resolve(answer);
      expect(await trial).toBe(answer);
      expect(await send(target, answering)).toBe(answer);
      expect(await stateOf()).toBe(0);
      expect(log.take()).toContain('is back');
    });

    it('is left alone again when that call fails too', async () => {
      const target = targetWith();
      await sendAll(target, enough, nobody);
      log.take();
      nowMs += openMs;
      await expect(send(target, nobody)).rejects.toBeInstanceOf(NoResponderError);
      await expect(send(target, answering)).rejects.toMatchObject(busy);
      expect(log.take()).toBe('');
    });

    it('is not taken to be back because the caller who tried it has left', async () => {
      const target = targetWith();
      await sendAll(target, enough, nobody);
      nowMs += openMs;
      await expect(send(target, cancelled(false))).rejects.toBeInstanceOf(CallCancelledError);
      await expect(send(target, answering)).rejects.toMatchObject(busy);
      nowMs += openMs;
      expect(await send(target, answering)).toBe(answer);
    });

    it('is back when it has answered that the call which tried it was cancelled', async () => {
      const target = targetWith();
      await sendAll(target, enough, nobody);
      nowMs += openMs;
      await expect(send(target, cancelled(true))).rejects.toBeInstanceOf(CallCancelledError);
      expect(await send(target, answering)).toBe(answer);
    });

    it('is counted as refusing', async () => {
      const target = targetWith();
      await sendAll(target, enough + 3, nobody);
      await sendAll(target, 3, answering);
      const rejected = await register.getSingleMetric('hawser_rpc_rejected_total')?.get();
      expect(rejected?.values).toMatchObject([{ value: 3, labels: { target: 'oracle', reason: 'circuit' } }]);
    });
  });

  describe('that works', () => {
    it('stays open to callers while it answers what was wrong with their requests', async () => {
      const target = targetWith();
      await sendAll(target, 2 * enough, () => Promise.resolve(refusal));
      expect(await send(target, answering)).toBe(answer);
    });

    it('stays open through a short absence, and all calls of that time are answered', async () => {
      const target = targetWith({ absenceMs: 60_000 });
      const backAtMs = Date.now() + 200;
      const restarting: Attempt = () => (Date.now() < backAtMs ? nobody(1) : answering(1));
      const outcomes = await sendAll(target, 100, restarting, 60_000);
      expect(outcomes).toEqual(Array.from({ length: 100 }, () => ({ status: 'fulfilled', value: answer })));
      expect(await stateOf()).toBe(0);
    });

    it('stays open when what one of its replicas had taken is lost all at once', async () => {
      const target = targetWith();
      await sendAll(target, 3 * enough, answering);
      await sendAll(target, 2 * enough, silent);
      expect(await send(target, answering)).toBe(answer);
    });

    it.each([true, false])('is judged by no call whose caller has left (answered: %s)', async (answered) => {
      const target = targetWith();
      await sendAll(target, 3 * enough, cancelled(answered));
      expect(await send(target, answering)).toBe(answer);
      // Neither has made it look better than it is: half of these calls fail, and a little more.
      await sendAll(target, enough, answering);
      await sendAll(target, enough + 2, nobody);
      await expect(send(target, answering)).rejects.toMatchObject(busy);
    });

    it('stays open when callers have no time to wait for it', async () => {
      const target = targetWith();
      await sendAll(target, 2 * enough, silent, 100);
      expect(await send(target, answering)).toBe(answer);
    });
  });

  describe('that is slow', () => {
    const slow =
      (ms: number): Attempt =>
      () =>
        delay(ms, answer);

    it('has so many calls at a time, so many wait, and the rest are refused at once', async () => {
      const target = targetWith({ inFlight: 2, waiting: 3 });
      let running = 0;
      let most = 0;
      const counted: Attempt = async () => {
        running += 1;
        most = Math.max(most, running);
        await delay(30);
        running -= 1;
        return answer;
      };
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => send(target, counted)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
      expect(outcomes.slice(5)).toMatchObject(
        Array.from({ length: 3 }, () => ({ status: 'rejected', reason: busy })),
      );
      expect(most).toBe(2);
    });

    it('keeps nobody waiting past the deadline', async () => {
      const target = targetWith({ inFlight: 1, waiting: 3 });
      const answered = Promise.withResolvers<BusMessage>();
      const first = send(target, () => answered.promise);
      await expect(send(target, answering, { deadlineMs: 50 })).rejects.toBeInstanceOf(DeadlineError);
      const second = send(target, answering);
      answered.resolve(answer);
      expect(await first).toBe(answer);
      expect(await second).toBe(answer);
    });

    it('keeps nobody waiting who has left', async () => {
      const target = targetWith({ inFlight: 1, waiting: 2 });
      const answered = Promise.withResolvers<BusMessage>();
      const first = send(target, () => answered.promise);
      const caller = new AbortController();
      let ran = false;
      const gone = send(
        target,
        () => {
          ran = true;
          return answering(1);
        },
        { signal: caller.signal },
      );
      const second = send(target, answering, { signal: new AbortController().signal });
      caller.abort();
      await expect(gone).rejects.toMatchObject({ name: 'CallCancelledError', answered: false });
      answered.resolve(answer);
      expect(await first).toBe(answer);
      expect(await second).toBe(answer);
      expect(ran).toBe(false);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    });

    it('does not even let somebody queue who has left, nor tell them anything else', async () => {
      const gone = { signal: AbortSignal.abort() };
      const busyTarget = targetWith({ inFlight: 1, waiting: 0 });
      const first = send(busyTarget, slow(20));
      await expect(send(busyTarget, answering, gone)).rejects.toBeInstanceOf(CallCancelledError);
      await first;
      const failing = targetWith();
      await sendAll(failing, enough, nobody);
      await expect(send(failing, answering, gone)).rejects.toBeInstanceOf(CallCancelledError);
    });

    it('forgets the callers who got their turn', async () => {
      const target = targetWith({ inFlight: 1, waiting: 2 });
      const { signal } = new AbortController();
      const outcomes = [slow(20), slow(1)].map((attempt) => send(target, attempt, { signal }));
      await expect(send(target, slow(1), { signal, deadlineMs: 10 })).rejects.toBeInstanceOf(DeadlineError);
      expect(await Promise.all(outcomes)).toEqual([answer, answer]);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    it('does not run what gave up waiting', async () => {
      const target = targetWith({ inFlight: 1, waiting: 3 });
      const first = send(target, slow(100));
      let ran = false;
      const late: Attempt = () => {
        ran = true;
        return answering(1);
      };
      await expect(send(target, late, { deadlineMs: 20 })).rejects.toBeInstanceOf(DeadlineError);
      await first;
      expect(await send(target, answering)).toBe(answer);
      expect(ran).toBe(false);
    });

    it('lets those who waited know that it failed meanwhile', async () => {
      const target = targetWith({ inFlight: 1, waiting: enough });
      await sendAll(target, enough - 1, nobody);
      const last = sendAll(target, 1, () => delay(20).then(() => nobody(1)));
      let called = 0;
      const waiting = sendAll(target, 5, () => {
        called += 1;
        return answering(1);
      });
      await last;
      expect(await waiting).toMatchObject(
        Array.from({ length: 5 }, () => ({ status: 'rejected', reason: busy })),
      );
      expect(called).toBe(0);
    });
  });
});
