import {
  DiscardPolicy,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamAPI,
  type StreamConfig,
} from '@nats-io/jetstream';
import { jserrors } from '@nats-io/jetstream/internal';
import { type NatsConnection, nanos } from '@nats-io/transport-node';

export const streamName = 'HAWSER_EVENTS';
export const allEvents = 'hawser.events.>';

const dayMs = 24 * 3_600_000;
/** As long as a consumer's inbox remembers what it has handled: an older event would be handled twice. */
const keptMs = 7 * dayMs;
/** How long a repeated event id is recognised. The outbox repeats within a minute; the rest is for its outages. */
const duplicatesMs = 20 * 60_000;

/** What must be so. The rest (replicas, placement) is set at the start and then the operators'. */
const required = {
  subjects: [allEvents],
  max_age: nanos(keptMs),
  duplicate_window: nanos(duplicatesMs),
  // An event that nobody has had yet must not give way to a newer one: the publisher is told instead.
  discard: DiscardPolicy.New,
} satisfies Partial<StreamConfig>;

/** The one stream that holds every event; made when first needed, and again when it has vanished. */
export class EventStream {
  readonly manager: Promise<JetStreamManager>;
  private making: Promise<void> | undefined;

  constructor(connection: NatsConnection) {
    this.manager = jetstreamManager(connection, { checkAPI: false });
  }

  /**
   * Resolves when the stream is there and as it must be. Asks the server only once, until `forget`.
   * @throws Error JetStream is off, away or refuses
   */
  ensure(): Promise<void> {
    this.making ??= this.make().catch((error: unknown) => {
      this.making = undefined;
      throw error;
    });
    return this.making;
  }

  /** The stream may have vanished: look again when it is next needed. */
  forget(): void {
    this.making = undefined;
  }

  private async make(): Promise<void> {
    const { streams } = await this.manager;
    try {
      const { config } = await streams.info(streamName);
      if (!isAsRequired(config)) await streams.update(streamName, required);
    } catch (error) {
      if (!(error instanceof jserrors.StreamNotFoundError)) throw error;
      await this.add(streams);
    }
  }

  private async add(streams: StreamAPI): Promise<void> {
    const config = { storage: StorageType.File, retention: RetentionPolicy.Limits };
    await streams.add({ name: streamName, ...required, ...config }).catch(async (refusal: unknown) => {
      // Of several who make it at the same moment the server tells some that its subjects are taken: by itself.
      await streams.info(streamName).catch(() => {
        throw refusal;
      });
    });
  }
}

function isAsRequired(config: StreamConfig): boolean {
  return Object.entries(required).every(
    ([field, value]) => JSON.stringify(config[field as keyof StreamConfig]) === JSON.stringify(value),
  );
}
