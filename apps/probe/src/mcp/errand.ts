/** Why the signal of an errand aborts when its time is up; for any other reason its caller has left. */
export class TimeUp extends Error {
  override readonly name = 'TimeUp';

  constructor(readonly withinMs: number) {
    super(`not done within ${withinMs} ms`);
  }
}

/** Does work whose signal aborts after `withinMs`, or when `caller` does. No timer outlives the work. */
export async function within<T>(
  withinMs: number,
  caller: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(new TimeUp(withinMs)), withinMs);
  const leave = (): void => end.abort(caller?.reason);
  if (caller?.aborted) leave();
  caller?.addEventListener('abort', leave, { once: true });
  try {
    return await work(end.signal);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', leave);
    // Whatever the work has left open, such as a stream that nobody reads, ends with it.
    end.abort(new Error('the errand is over'));
  }
}

/** What `work` comes to; or a rejection with the signal's reason as soon as that aborts, whatever `work` does then. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    const settled = (): void => signal.removeEventListener('abort', leave);
    work.then(resolve, reject).finally(settled);
  });
}
