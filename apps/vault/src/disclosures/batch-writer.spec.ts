import { setImmediate as turn } from 'node:timers/promises';
import { currentCall, inCall } from '@hawser/messaging';
import { BatchWriter } from './batch-writer.js';

/** Notes each write, and holds it until it is told how it ends. */
class Held {
  readonly batches: number[][] = [];
  private readonly ends: PromiseWithResolvers<void>[] = [];

  readonly write = (rows: number[]): Promise<void> => {
    this.batches.push(rows);
    const end = Promise.withResolvers<void>();
    this.ends.push(end);
    return end.promise;
  };

  succeed(): Promise<void> {
    this.ends.shift()?.resolve();
    return turn();
  }

  fail(message: string): Promise<void> {
    this.ends.shift()?.reject(new Error(message));
    return turn();
  }
}

/** What has become of it by now. */
async function stateOf(promise: Promise<void>): Promise<string> {
  const pending = Symbol('pending');
  const outcome: unknown = await Promise.race([
    promise.then(
      () => 'written',
      (error: Error) => error.message,
    ),
    turn(pending),
  ]);
  return outcome === pending ? 'pending' : String(outcome);
}

const limits = { maxRows: 3, maxWaiting: 4 };

describe('a batch writer', () => {
  it('writes a row at once when nothing is being written', () => {
    const held = new Held();
    void new BatchWriter(held.write, limits).add(1);
    expect(held.batches).toEqual([[1]]);
  });

  it('begins no write of a row that nobody waits for any more', async () => {
    const held = new Held();
    const writer = new BatchWriter(held.write, limits);
    const [first, late, inTime] = [
      writer.add(1),
      writer.add(2, Date.now() - 1),
      writer.add(3, Date.now() + 60_000),
    ];
    late.catch(() => undefined);
    await held.succeed();
    expect(held.batches).toEqual([[1], [3]]);
    expect(await stateOf(late)).toContain('could not be in time');
    await held.succeed();
    expect([await stateOf(first), await stateOf(inTime)]).toEqual(['written', 'written']);
    const onlyLate = writer.add(4, Date.now() - 1);
    expect(await stateOf(onlyLate)).toContain('could not be in time');
    void writer.add(5);
    expect(held.batches).toEqual([[1], [3], [5]]);
  });

  it('gathers rows during a write, as many as go together, in the order in which they came', async () => {
    const held = new Held();
    const writer = new BatchWriter(held.write, limits);
    const added = [1, 2, 3, 4, 5].map((row) => writer.add(row));
    await held.succeed();
    expect(held.batches).toEqual([[1], [2, 3, 4]]);
    await held.succeed();
    expect(held.batches).toEqual([[1], [2, 3, 4], [5]]);
    await held.succeed();
    await Promise.all(added);
    expect(held.batches).toHaveLength(3);
  });

  it('tells each caller of the write of its own row, and no earlier', async () => {
    const held = new Held();
    const writer = new BatchWriter(held.write, limits);
    const [first, second] = [writer.add(1), writer.add(2)];
    await held.succeed();
    expect(await Promise.all([first, second].map(stateOf))).toEqual(['written', 'pending']);
    await held.succeed();
    expect(await stateOf(second)).toBe('written');
  });

  it('fails those whose batch failed, and goes on with the others', async () => {
    const held = new Held();
    const writer = new BatchWriter(held.write, limits);
    const added = [1, 2, 3, 4, 5].map((row) => writer.add(row));
    const states = Promise.all(added.map((one) => one.then(String, (error: Error) => error.message)));
    await held.succeed();
    await held.fail('no room');
    await held.succeed();
    expect(await states).toEqual(['undefined', 'no room', 'no room', 'no room', 'undefined']);
    void writer.add(6);
    expect(held.batches.at(-1)).toEqual([6]);
  });

  it('refuses more than may wait, and takes rows again when there is room', async () => {
    const held = new Held();
    const writer = new BatchWriter(held.write, limits);
    for (const row of [0, 1, 2, 3, 4]) void writer.add(row);
    await expect(writer.add(5)).rejects.toMatchObject({
      code: 'service_unavailable',
      message: '4 rows wait to be written already; try again in a moment',
    });
    await held.succeed();
    expect(await stateOf(writer.add(6))).toBe('pending');
  });

  it('writes as nobody, not as the call that happened to be first', () => {
    let call: unknown = 'not written';
    const writer = new BatchWriter(() => {
      call = currentCall();
      return Promise.resolve();
    }, limits);
    void inCall({ requestId: 'req_1' }, () => writer.add(1));
    expect(call).toBeUndefined();
  });
});
