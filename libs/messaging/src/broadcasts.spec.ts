import { defineBroadcast } from '@hawser/contracts';
import { IsInt } from 'class-validator';
import { Broadcasts } from './broadcasts.js';
import { PayloadTooLargeError } from './bus.js';
import { contextToHeaders } from './context-headers.js';
import { MemoryHub } from './memory-bus.js';
import { context } from './testing/probe.context.js';
import { RecordedLog } from './testing/recorded-log.js';

class Tick {
  @IsInt() count!: number;
}

const ticked = defineBroadcast({ subject: 'hawser.broadcast.oracle.clock.ticked.v1', data: Tick });
const log = RecordedLog.install();

describe('broadcasts by contract', () => {
  const hub = new MemoryHub();
  const bus = hub.connect();
  const teller = new Broadcasts(bus);
  let listener: Broadcasts;

  beforeEach(() => {
    listener = new Broadcasts(hub.connect());
    log.take();
  });

  it('are heard in order, as instances of their class, by whoever passes a barrier after', async () => {
    const heard: Tick[] = [];
    const subscription = listener.listen(ticked, (tick) => void heard.push(tick));
    for (let count = 0; count < 50; count += 1) {
      await teller.tell(ticked, { count }, context);
      await listener.barrier();
      expect(heard).toHaveLength(count + 1);
    }
    expect(heard[0]).toBeInstanceOf(Tick);
    expect(heard.map(({ count }) => count)).toEqual(Array.from({ length: 50 }, (_, count) => count));
    await subscription.drain();
  });

  it.each([
    ['no JSON', 'not JSON'],
    ['another type', '{"count":"1"}'],
    ['an unknown field', '{"count":1,"more":2}'],
    ['nothing in it', ''],
  ])('are dropped with a log line when they hold %s, and the next one is heard', async (_, text) => {
    const heard: number[] = [];
    const subscription = listener.listen(ticked, ({ count }) => void heard.push(count));
    const headers = contextToHeaders({ ...context, requestId: 'req_9' }, Date.now());
    bus.broadcast(ticked.subject, { data: Buffer.from(text), headers });
    await teller.tell(ticked, { count: 1 }, context);
    await listener.barrier();
    expect(heard).toEqual([1]);
    expect(log.take()).toContain(
      `dropped a broadcast of ${ticked.subject}, request req_9: it cannot be read`,
    );
    await subscription.drain();
  });

  it('reach the next listener when one fails, which is logged', async () => {
    const heard: number[] = [];
    const subscriptions = [
      listener.listen(ticked, () => {
        throw new Error('broken listener');
      }),
      listener.listen(ticked, ({ count }) => void heard.push(count)),
    ];
    await teller.tell(ticked, { count: 1 }, context);
    await listener.barrier();
    expect(heard).toEqual([1]);
    expect(log.take()).toContain('broken listener');
    await Promise.all(subscriptions.map((subscription) => subscription.drain()));
  });

  it('are refused when they are too long', async () => {
    const huge = defineBroadcast({ subject: ticked.subject, data: Object });
    const told = teller.tell(huge, { text: 'x'.repeat(9 * 1024 * 1024) }, context);
    await expect(told).rejects.toBeInstanceOf(PayloadTooLargeError);
  });
});
