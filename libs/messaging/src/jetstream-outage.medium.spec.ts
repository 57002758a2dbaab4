import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@hawser/testing/eventually';
import { jetstreamManager } from '@nats-io/jetstream';
import { EventNotStoredError } from './jetstream-events.js';
import { streamName } from './jetstream-stream.js';
import { type EventProcess, EventProcesses } from './testing/event-processes.js';
import { idIn, newEvent, newGroup, relay } from './testing/events-suite.js';
import { OwnNats, type OwnNatsOptions } from './testing/own-nats.js';
import { RecordedLog } from './testing/recorded-log.js';

/** Whoever leaves a server that is away waits up to three times 2 s for a word of it; others, for ever. */
const leftWithinMs = 15_000;

const log = RecordedLog.install();

describe('events over JetStream, when NATS is not as it should be', () => {
  let nats: OwnNats;
  let processes: EventProcesses;
  let publisher: EventProcess;
  let consumer: EventProcess;
  let subject: string;
  let group: string;
  let seen: Set<string>;

  const begin = async (options?: OwnNatsOptions): Promise<void> => {
    nats = await OwnNats.start(options);
    processes = new EventProcesses(nats.url);
    [publisher, consumer] = await Promise.all([processes.start(), processes.start()]);
  };
  const consume = (): void => {
    consumer.events.subscribe(subject, group, (bytes) => Promise.resolve(void seen.add(idIn(bytes))));
  };
  const publish = async (count: number): Promise<void> => {
    const all = Array.from({ length: count }, () => relay(publisher.events, newEvent({}, subject)));
    await Promise.all(all);
  };

  beforeEach(() => {
    ({ subject } = newEvent());
    group = newGroup();
    seen = new Set();
    log.take();
  });
  afterEach(async () => {
    await processes.stop();
    await nats.remove();
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('all arrive when NATS restarts after %s', async (signal) => {
    await begin();
    consume();
    await publish(50);
    const published = (async () => {
      for (let count = 0; count < 20; count += 1) {
        await publish(10);
        await delay(50);
      }
    })();
    await delay(200);
    await nats.stop(signal);
    await delay(1_000);
    await nats.begin();
    await published;
    // Half of the 30 s after which an event that somebody forgot would come again.
    await eventually(() => seen.size === 250, 15_000);
  });

  it('go on when the stream has been deleted', async () => {
    await begin();
    consume();
    await publish(1);
    await eventually(() => seen.size === 1);
    const { streams, consumers } = await jetstreamManager(publisher.bus.connection);
    await streams.delete(streamName);
    // The consumer makes it again, without anyone publishing.
    let present = false;
    await eventually(() => {
      void consumers.info(streamName, group).then(
        () => (present = true),
        () => undefined,
      );
      return present;
    });
    await publish(1);
    await eventually(() => seen.size === 2);
  });

  it('go on when the consumer has been deleted', async () => {
    await begin();
    consume();
    await publish(1);
    await eventually(() => seen.size === 1);
    const { consumers } = await jetstreamManager(publisher.bus.connection);
    await consumers.delete(streamName, group);
    await publish(1);
    await eventually(() => seen.size === 2);
  });

  it('go on when NATS has come back without anything that it had stored', async () => {
    await begin();
    consume();
    await publish(1);
    await eventually(() => seen.size === 1);
    await nats.stop();
    await nats.forget();
    await nats.begin();
    await publish(1);
    await eventually(() => seen.size === 2);
  });

  it('are refused with a word where JetStream is off, and go on when it is on', async () => {
    await begin({ jetstream: false });
    consume();
    const refused = publisher.events.publish(newEvent());
    await expect(refused).rejects.toBeInstanceOf(EventNotStoredError);
    await expect(refused).rejects.toThrow(/JetStream is not enabled on the NATS server: give its conf/);
    await eventually(() => log.take().includes(`the consumer "${group}" gets no events and tries again`));
    await nats.stop();
    await nats.begin();
    await publish(1);
    await eventually(() => seen.size === 1);
  });

  it('are refused with a word when JetStream is full', async () => {
    await begin({ jetstream: 'max_file_store: 2MB' });
    let refusal: unknown;
    for (let count = 0; count < 10 && refusal === undefined; count += 1) {
      const event = newEvent({ text: 'x'.repeat(500_000) });
      refusal = await publisher.events.publish(event).catch((error: unknown) => error);
    }
    expect(String(refusal)).toContain('JetStream has no room left');
  });

  it('are refused at once while NATS is away', async () => {
    await begin();
    await publish(1);
    await nats.stop();
    await eventually(() => !publisher.bus.connected);
    // Whoever waits is told something else, that there was no answer in time.
    await expect(publisher.events.publish(newEvent())).rejects.toThrow('NATS cannot be reached');
  });

  it('let a consumer leave within seconds while NATS is away', async () => {
    await begin();
    const subscription = consumer.events.subscribe(subject, group, () => Promise.resolve());
    await publish(1);
    await nats.stop();
    const before = Date.now();
    await subscription.drain();
    await consumer.bus.close();
    expect(Date.now() - before).toBeLessThan(leftWithinMs);
  });

  it('take up what an operator has changed in the stream, and put right what must be so', async () => {
    await begin();
    const { streams } = await jetstreamManager(publisher.bus.connection);
    await streams.add({
      name: streamName,
      subjects: ['hawser.events.other.>'],
      max_age: 0,
      description: 'mine',
    });
    await publish(1);
    const { config } = await streams.info(streamName);
    expect(config).toMatchObject({ subjects: ['hawser.events.>'], description: 'mine' });
    expect(config.max_age).toBeGreaterThan(0);
  });
});
