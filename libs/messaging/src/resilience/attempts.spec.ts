import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from '@hawser/contracts';
import { jest } from '@jest/globals';
import { encodeError } from '../answer.js';
import { BusClosedError, type BusMessage, DeadlineError, NoResponderError } from '../bus.js';
import { sendUntilAnswered } from './attempts.js';

const subject = 'hawser.oracle.question.ask.v1';
const silenceMs = 2_000;
/** Far more than it takes to ask a few times, where the machine stands still too. */
const ampleMs = 60_000;
const briefMs = 300;
const answer: BusMessage = { data: new Uint8Array(0), headers: {} };
const slowBehind = encodeError(new ServiceError('service_timeout', 'too slow', { service: 'other' }));
const away = encodeError(new ServiceError('service_unavailable', 'the database is away'));

type Outcome = BusMessage | Error | ((timeoutMs: number) => Error);
const silent: Outcome = (timeoutMs) => new DeadlineError(subject, timeoutMs);
const nobody = new NoResponderError(subject);

describe('sending a request until there is an answer', () => {
  let timeoutsMs: number[];
  let retries: number;
  afterEach(() => jest.restoreAllMocks());

  /** Attempts end with the given outcomes one after the other, the last one for ever. */
  const send = (
    outcomes: Outcome[],
    {
      repeatable = true,
      deadlineMs = ampleMs,
      absenceMs = ampleMs,
      signal,
    }: { repeatable?: boolean; deadlineMs?: number; absenceMs?: number; signal?: AbortSignal } = {},
  ): Promise<BusMessage> => {
    timeoutsMs = [];
    retries = 0;
    const attempt = (timeoutMs: number): Promise<BusMessage> => {
      const given = outcomes[Math.min(timeoutsMs.length, outcomes.length - 1)] ?? answer;
      timeoutsMs.push(timeoutMs);
      const outcome = typeof given === 'function' ? given(timeoutMs) : given;
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    };
    const deadlineAtMs = Date.now() + deadlineMs;
    const request = { subject, service: 'oracle', repeatable, deadlineAtMs, signal, attempt };
    return sendUntilAnswered(request, { absenceMs, silenceMs }, () => (retries += 1));
  };

  it('takes the first answer, and errors of the caller are answers', async () => {
    expect(await send([answer])).toBe(answer);
    const refusal = encodeError(new ServiceError('not_found', 'no'));
    expect(await send([refusal])).toBe(refusal);
    expect(retries).toBe(0);
  });

  it.each([true, false])('asks again where nobody was there, repeatable or not (%s)', async (repeatable) => {
    expect(await send([nobody, nobody, nobody, answer], { repeatable })).toBe(answer);
    expect(retries).toBe(3);
  });

  it('waits a little longer each time, never twice the same', async () => {
    const before = Date.now();
    await send([nobody, nobody, nobody, nobody, answer]);
    // Half to all of 20, 40, 80 and 160 ms, of which timers may be late.
    expect(Date.now() - before).toBeGreaterThanOrEqual(150 - 4);
  });

  it('gives up on a service that stays away', async () => {
    // Long before its deadline, which is farther away than this test waits.
    await expect(send([nobody], { absenceMs: briefMs })).rejects.toBe(nobody);
    expect(retries).toBeGreaterThan(0);
  });

  it('never goes past the deadline', async () => {
    let nowMs = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
    const slow: Outcome = () => {
      nowMs += 45;
      return nobody;
    };
    await expect(send([slow], { deadlineMs: 100 })).rejects.toBe(nobody);
    // With 10 ms left no pause would end in time.
    expect(timeoutsMs).toEqual([40, 22]);
  });

  it('leaves a repeatable request time for a second attempt, and makes no third', async () => {
    await expect(send([silent])).rejects.toBeInstanceOf(DeadlineError);
    const [first = 0, second = 0] = timeoutsMs;
    expect(first).toBe(silenceMs);
    expect(second).toBeGreaterThan(ampleMs - 10_000);
    expect(timeoutsMs).toHaveLength(2);
  });

  it('waits for less than half of a short deadline the first time', async () => {
    await expect(send([silent], { deadlineMs: 1_000 })).rejects.toBeInstanceOf(DeadlineError);
    expect(timeoutsMs[0]).toBeLessThanOrEqual(400);
  });

  it('finds out that the service has died while it waited', async () => {
    await expect(send([silent, nobody], { absenceMs: briefMs })).rejects.toBe(nobody);
    expect(await send([silent, answer])).toBe(answer);
  });

  it('asks again, with more time, a service that waited in vain for something behind it', async () => {
    expect(await send([slowBehind, answer])).toBe(answer);
    expect(timeoutsMs[0]).toBe(silenceMs);
    expect(timeoutsMs[1]).toBeGreaterThan(ampleMs - 10_000);
    expect(await send([slowBehind])).toBe(slowBehind);
    expect([timeoutsMs.length, retries]).toEqual([2, 1]);
    expect(await send([silent, slowBehind, answer])).toBe(slowBehind);
    expect(await send([slowBehind, answer], { repeatable: false })).toBe(slowBehind);
    expect(retries).toBe(0);
  });

  it('waits for the whole deadline for what may not be repeated', async () => {
    await expect(send([silent, answer], { repeatable: false })).rejects.toBeInstanceOf(DeadlineError);
    expect(timeoutsMs).toHaveLength(1);
    expect(timeoutsMs[0]).toBeGreaterThan(ampleMs - 10_000);
  });

  it('asks a service again that cannot work for a moment, if that may be repeated', async () => {
    expect(await send([away, away, answer])).toBe(answer);
    expect(await send([away], { absenceMs: briefMs })).toBe(away);
    expect(await send([away, answer], { repeatable: false })).toBe(away);
    expect(retries).toBe(0);
  });

  it('does not ask again because of a service behind the service', async () => {
    const behind = encodeError(new ServiceError('service_unavailable', 'away', { service: 'other' }));
    expect(await send([behind, answer])).toBe(behind);
    expect(retries).toBe(0);
  });

  it('does not ask again over a closed bus, nor after any other failure', async () => {
    const closed = new BusClosedError(subject);
    await expect(send([closed, answer])).rejects.toBe(closed);
    await expect(send([new TypeError('x'), answer])).rejects.toThrow('x');
    expect(retries).toBe(0);
  });

  it('does not send what its caller has left already', async () => {
    const gone = send([answer], { signal: AbortSignal.abort() });
    await expect(gone).rejects.toMatchObject({ name: 'CallCancelledError', answered: false });
    expect(timeoutsMs).toEqual([]);
  });

  it('leaves between two attempts, without waiting for the pause to end', async () => {
    const caller = new AbortController();
    const leaving: Outcome = () => {
      setImmediate(() => caller.abort());
      return nobody;
    };
    const stillWaiting = once(caller.signal, 'abort').then(() => nextTurn('still waiting'));
    const gone = send([leaving, answer], { signal: caller.signal }).catch((error: Error) => error.name);
    expect(await Promise.race([gone, stillWaiting])).toBe('CallCancelledError');
    expect(timeoutsMs).toHaveLength(1);
  });

  it('does not ask a silent service again for a caller who has left', async () => {
    const caller = new AbortController();
    const leaving: Outcome = (timeoutMs) => {
      caller.abort();
      return new DeadlineError(subject, timeoutMs);
    };
    const gone = send([leaving, answer], { signal: caller.signal });
    await expect(gone).rejects.toMatchObject({ name: 'CallCancelledError', answered: false });
    expect(timeoutsMs).toHaveLength(1);
  });

  it('does not send what is too late already', async () => {
    const late = send([answer], { deadlineMs: -1 });
    await expect(late).rejects.toBeInstanceOf(DeadlineError);
    await delay(0);
    expect(timeoutsMs).toEqual([]);
  });
});
