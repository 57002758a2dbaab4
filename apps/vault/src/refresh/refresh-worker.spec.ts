import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { RefreshLeaseRepository } from './refresh-lease.repository.js';
import { RefreshWorker } from './refresh-worker.js';
import type { RenewableCredentialRepository } from './renewable-credential.repository.js';
import type { TokenRefresher } from './token-refresher.js';

describe('the times at which the worker looks', () => {
  let looks: number;
  let worker: RefreshWorker;
  let listDue: () => Promise<[]>;

  beforeEach(() => {
    jest.useFakeTimers();
    Logger.overrideLogger(false);
    looks = 0;
    listDue = () => Promise.resolve([]);
    const credentials = {
      listDue: () => {
        looks += 1;
        return listDue();
      },
    };
    const leases = { removeLapsed: () => Promise.resolve() };
    worker = new RefreshWorker(
      credentials as unknown as RenewableCredentialRepository,
      leases as unknown as RefreshLeaseRepository,
      {} as TokenRefresher,
    );
  });
  afterEach(() => jest.useRealTimers());

  it('are 15 s apart, more or less, whether it worked or not', async () => {
    worker.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(11_900);
    expect(looks).toBe(0);
    await jest.advanceTimersByTimeAsync(6_200);
    expect(looks).toBe(1);
    listDue = () => Promise.reject(new Error('the database is away'));
    await jest.advanceTimersByTimeAsync(150_000);
    expect(looks).toBeGreaterThanOrEqual(8);
    expect(looks).toBeLessThanOrEqual(14);
    await worker.beforeApplicationShutdown();
  });

  it('come to an end when the process stops', async () => {
    worker.onApplicationBootstrap();
    await worker.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(looks).toBe(0);
  });
});
