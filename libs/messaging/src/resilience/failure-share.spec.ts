import { jest } from '@jest/globals';
import { CircuitState } from 'cockatiel';
import { FailureShare } from './failure-share.js';

describe('the share of failed calls', () => {
  let share: FailureShare;
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_800_000_000_000 });
    share = new FailureShare({ threshold: 0.5, windowSeconds: 5, leastCalls: 10 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const succeed = (times: number, state = CircuitState.Closed): void => {
    for (let call = 0; call < times; call += 1) share.success(state);
  };
  /** Whether the last of so many failures opens the circuit. */
  const fail = (times: number): boolean =>
    Array.from({ length: times }, () => share.failure(CircuitState.Closed)).at(-1) ?? false;

  it('opens a circuit when more than half have failed', () => {
    succeed(10);
    expect(fail(10)).toBe(false);
    expect(fail(1)).toBe(true);
  });

  it('says nothing of a few calls', () => {
    expect(fail(9)).toBe(false);
    expect(fail(1)).toBe(true);
  });

  it('does not let a busy past speak for a service that has fallen silent since', () => {
    succeed(10_000);
    jest.advanceTimersByTime(5_000);
    expect(fail(10)).toBe(true);
  });

  it('does not hold an old outage against a service', () => {
    fail(9);
    jest.advanceTimersByTime(5_000);
    expect(fail(9)).toBe(false);
  });

  it('weighs what came before within the window', () => {
    succeed(20);
    jest.advanceTimersByTime(4_000);
    expect(fail(20)).toBe(false);
    jest.advanceTimersByTime(1_000);
    expect(fail(1)).toBe(true);
  });

  it('begins anew when a service is back', () => {
    fail(10);
    succeed(1, CircuitState.HalfOpen);
    expect(fail(8)).toBe(false);
  });
});
