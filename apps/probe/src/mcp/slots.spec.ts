import { register } from 'prom-client';
import { ProbeSlots } from './slots.js';

const never = new AbortController().signal;
const busy = { code: 'service_busy', details: { retry_after_seconds: 5 } };

const gauges = async (): Promise<unknown[]> => {
  const names = ['hawser_probe_in_flight', 'hawser_probe_waiting'];
  return Promise.all(
    names.map(async (name) => (await register.getSingleMetric(name)?.get())?.values[0]?.value),
  );
};

describe('slots', () => {
  let finish: () => void;
  let finished: Promise<void>;
  beforeEach(() => {
    ({ resolve: finish, promise: finished } = Promise.withResolvers<void>());
  });

  const full = (waitMs = 60_000): { slots: ProbeSlots; running: Promise<void>[] } => {
    const slots = new ProbeSlots({ running: 2, waiting: 2, waitMs });
    return { slots, running: [slots.run(never, () => finished), slots.run(never, () => finished)] };
  };

  it('let so many work at once, and the next when one has ended', async () => {
    const { slots, running } = full();
    const order: string[] = [];
    const waiting = ['a', 'b'].map((name) => slots.run(never, () => Promise.resolve(order.push(name))));
    expect(await gauges()).toEqual([2, 2]);
    expect(order).toEqual([]);
    finish();
    await Promise.all([...running, ...waiting]);
    expect(order).toEqual(['a', 'b']);
    expect(await gauges()).toEqual([0, 0]);
  });

  it('are free again after work that failed', async () => {
    const slots = new ProbeSlots({ running: 1, waiting: 1, waitMs: 60_000 });
    const failing = slots.run(never, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(await slots.run(never, () => Promise.resolve('done'))).toBe('done');
    expect(await gauges()).toEqual([0, 0]);
  });

  it('refuse at once whom there is no place to wait for', async () => {
    const { slots, running } = full();
    const waiting = [slots.run(never, () => finished), slots.run(never, () => finished)];
    await expect(slots.run(never, () => finished)).rejects.toMatchObject(busy);
    expect(await gauges()).toEqual([2, 2]);
    finish();
    await Promise.all([...running, ...waiting]);
    expect(await gauges()).toEqual([0, 0]);
  });

  it('refuse whoever has waited too long, and never begin that work', async () => {
    const { slots, running } = full(30);
    let begun = false;
    const late = slots.run(never, () => Promise.resolve((begun = true)));
    await expect(late).rejects.toMatchObject(busy);
    expect(await gauges()).toEqual([2, 0]);
    finish();
    await Promise.all(running);
    expect(await slots.run(never, () => Promise.resolve('done'))).toBe('done');
    expect(begun).toBe(false);
  });

  it('let go whoever leaves while waiting, or had left before', async () => {
    const { slots, running } = full();
    const caller = new AbortController();
    let begun = false;
    const waiting = slots.run(caller.signal, () => Promise.resolve((begun = true)));
    caller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(slots.run(caller.signal, () => Promise.resolve((begun = true)))).rejects.toThrow('gone');
    expect(await gauges()).toEqual([2, 0]);
    finish();
    await Promise.all(running);
    expect(begun).toBe(false);
  });
});
