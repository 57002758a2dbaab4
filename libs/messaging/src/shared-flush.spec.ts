import { SharedFlush } from './shared-flush.js';

describe('a flush that is shared', () => {
  let begun: PromiseWithResolvers<void>[];
  let shared: SharedFlush;

  beforeEach(() => {
    begun = [];
    shared = new SharedFlush(() => {
      const flush = Promise.withResolvers<void>();
      begun.push(flush);
      return flush.promise;
    });
  });

  const turns = () => new Promise((resolve) => setImmediate(resolve));

  it('begins when the turn ends, once for all who came in it, and again once for all who came after', async () => {
    const order: string[] = [];
    const join = (name: string): void => void shared.join().then(() => order.push(name));
    ['first', 'second'].forEach(join);
    await Promise.resolve();
    join('third');
    expect(begun).toHaveLength(0);
    await turns();
    expect(begun).toHaveLength(1);
    ['fourth', 'fifth'].forEach(join);
    await turns();
    expect(begun).toHaveLength(1);
    expect(order).toEqual([]);
    begun[0]?.resolve();
    await turns();
    await turns();
    expect(order).toEqual(['first', 'second', 'third']);
    expect(begun).toHaveLength(2);
    join('sixth');
    begun[1]?.resolve();
    await turns();
    await turns();
    expect(order).toEqual(['first', 'second', 'third', 'fourth', 'fifth']);
    begun[2]?.resolve();
    await turns();
    expect(order).toEqual(['first', 'second', 'third', 'fourth', 'fifth', 'sixth']);
    expect(begun).toHaveLength(3);
  });

  it('is never shared by someone who comes when it is just done', async () => {
    const outcomes: string[] = [];
    void shared.join().then(() => {
      void shared.join().then(() => outcomes.push('late'));
    });
    await turns();
    begun[0]?.resolve();
    await turns();
    await turns();
    expect(begun).toHaveLength(2);
    expect(outcomes).toEqual([]);
    begun[1]?.resolve();
    await turns();
    expect(outcomes).toEqual(['late']);
  });

  it('fails those who wait behind it too, and works again after', async () => {
    const first = Promise.allSettled([shared.join(), shared.join()]);
    await turns();
    const behind = Promise.allSettled([shared.join()]);
    begun[0]?.reject(new Error('away'));
    for (const { status } of [...(await first), ...(await behind)]) expect(status).toBe('rejected');
    expect(begun).toHaveLength(1);
    const again = shared.join();
    await turns();
    begun[1]?.resolve();
    await again;
  });
});
