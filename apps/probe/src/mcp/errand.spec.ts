import { setTimeout as delay } from 'node:timers/promises';
import { TimeUp, unlessAborted, within } from './errand.js';

const forever = (): Promise<never> => new Promise(() => undefined);
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('an errand', () => {
  it('answers what its work answers, and leaves no timer and nothing open behind', async () => {
    const before = timers();
    let open: AbortSignal | undefined;
    const answer = await within(60_000, undefined, (signal) => {
      open = signal;
      return Promise.resolve(signal.aborted);
    });
    expect(answer).toBe(false);
    expect(open?.aborted).toBe(true);
    expect(timers()).toBe(before);
  });

  it('is told when its time is up', async () => {
    const work = within(20, undefined, (signal) => unlessAborted(signal, forever()));
    await expect(work).rejects.toEqual(new TimeUp(20));
  });

  it('is told when its caller leaves, also when that was before', async () => {
    const caller = new AbortController();
    const work = within(60_000, caller.signal, (signal) => unlessAborted(signal, forever()));
    caller.abort('gone');
    await expect(work).rejects.toBe('gone');
    await expect(within(60_000, caller.signal, (signal) => unlessAborted(signal, forever()))).rejects.toBe(
      'gone',
    );
  });

  it('fails as its work does, and minds nothing that fails after it was left', async () => {
    const error = new Error('broken');
    await expect(within(60_000, undefined, () => Promise.reject(error))).rejects.toBe(error);
    const late = delay(20).then(() => Promise.reject(error));
    await expect(unlessAborted(AbortSignal.abort('gone'), late)).rejects.toBe('gone');
    await delay(40);
  });
});
