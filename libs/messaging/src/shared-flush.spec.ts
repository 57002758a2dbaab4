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

  it('begins at once, and again once for all who came while it was under way', async () => {
    const order: string[] = [];
    void shared.join().then(() => order.push('first'));
    for (const name of ['second', 'third']) void shared.join().then(() => order.push(name));
    expect(begun).toHaveLength(1);
    await turns();
    expect(order).toEqual([]);
    begun[0]?.resolve();
    await turns();
    expect(order).toEqual(['first']);
    expect(begun).toHaveLength(2);
    void shared.join().then(() => order.push('fourth'));
    begun[1]?.resolve();
    await turns();
    expect(order).toEqual(['first', 'second', 'third']);
    begun[2]?.resolve();
    await turns();
    expect(order).toEqual(['first', 'second', 'third', 'fourth']);
    expect(begun).toHaveLength(3);
  });

  it('is never shared by someone who comes when it is just done', async () => {
    const outcomes: string[] = [];
    void shared.join().then(() => {
      void shared.join().then(() => outcomes.push('late'));
    });
    begun[0]?.resolve();
    await turns();
    expect(begun).toHaveLength(2);
    expect(outcomes).toEqual([]);
    begun[1]?.resolve();
    await turns();
    expect(outcomes).toEqual(['late']);
  });

  it('fails those who wait behind it too, and works again after', async () => {
    const failures = Promise.allSettled([shared.join(), shared.join(), shared.join()]);
    begun[0]?.reject(new Error('away'));
    expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(begun).toHaveLength(1);
    const again = shared.join();
    begun[1]?.resolve();
    await again;
  });
});
