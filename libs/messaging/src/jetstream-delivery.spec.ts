import type { Msg } from '@nats-io/transport-node';
import { Delivery } from './jetstream-delivery.js';

/** What the server is told, and the reply subject as it comes from the server. */
function deliver(
  count: number,
  prefix = '$JS.ACK.HAWSER_EVENTS.bindings',
): { delivery: Delivery; told: string[] } {
  const told: string[] = [];
  const message: Partial<Msg> = {
    reply: `${prefix}.${count}.7.8.1760000000000000000.9`,
    respond: (payload) => told.push(String(payload)) > 0,
  };
  return { delivery: new Delivery(message as Msg), told };
}

function delaySeconds([told]: string[]): number {
  return (JSON.parse((told ?? '').replace('-NAK ', '')) as { delay: number }).delay / 1e9;
}

describe('a delivery of an event', () => {
  it('knows how often the event has been delivered, from older and from newer servers', () => {
    expect(deliver(3).delivery.count).toBe(3);
    expect(deliver(4, '$JS.ACK.hub.ACCHASH.HAWSER_EVENTS.bindings').delivery.count).toBe(4);
  });

  it.each([
    [1, 1],
    [2, 2],
    [4, 8],
    [6, 32],
    [7, 60],
    [2_000, 60],
  ])('that fails for the %dth time comes again after about %d s', (count, seconds) => {
    const { delivery, told } = deliver(count);
    delivery.failed();
    expect(delaySeconds(told)).toBeLessThanOrEqual(seconds);
    expect(delaySeconds(told)).toBeGreaterThanOrEqual(seconds * 0.9);
  });
});
