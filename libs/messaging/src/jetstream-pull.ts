import {
  createInbox,
  type Msg,
  nanos,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node';
import { Delivery } from './jetstream-delivery.js';
import { streamName } from './jetstream-stream.js';

/**
 * How long the server keeps a request for events open, and so how long a consumer that leaves waits for it to end. There
 * is no taking a request back: an event that meets a closed inbox would be nobody's until the server asks for its news.
 */
const openMs = 1_000;
/** The server, the stream or the consumer has gone without a word. */
const silentMs = openMs + 5_000;

const nothingMore: readonly number[] = [404, 408];

/**
 * One request to the server for up to `batch` events, short enough to be waited for. The client library's own way of
 * consuming asks for more than can be handled at a time, and drops what is on its way when it is closed.
 */
export class Pull {
  /** Resolves when all has come or the time is over. Rejects when there is nobody who could send anything. */
  readonly ended: Promise<void>;
  private readonly end = Promise.withResolvers<void>();
  private readonly subscription: Subscription;
  private readonly watchdog: NodeJS.Timeout;
  private missing: number;

  constructor(
    connection: NatsConnection,
    consumer: string,
    batch: number,
    private readonly take: (delivery: Delivery) => void,
  ) {
    this.ended = this.end.promise;
    this.missing = batch;
    const inbox = createInbox();
    this.subscription = connection.subscribe(inbox, {
      callback: (error, message) => (error ? this.fail(error) : this.receive(inbox, message)),
    });
    this.watchdog = setTimeout(
      () => this.fail(new Error(`JetStream has been silent for ${silentMs} ms`)),
      silentMs,
    );
    const request = JSON.stringify({ batch, expires: nanos(openMs) });
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${streamName}.${consumer}`, request, { reply: inbox });
  }

  /** Gives up: nothing more is taken. */
  fail(error: Error): void {
    this.stop();
    this.end.reject(error);
  }

  private receive(inbox: string, message: Msg): void {
    this.watchdog.refresh();
    if (message.subject === inbox) return this.told(message);
    this.take(new Delivery(message));
    this.missing -= 1;
    if (this.missing === 0) this.succeed();
  }

  // https://docs.nats.io/reference/reference-protocols/nats_api_reference#fetching-from-a-consumer-pull
  private told({ headers }: Msg): void {
    const code = headers?.code ?? 0;
    const description = headers?.description ?? '';
    if (nothingMore.includes(code) || /batch completed/i.test(description)) return this.succeed();
    this.fail(
      new Error(code === 503 ? 'the consumer is not there' : `JetStream says: ${code} ${description}`),
    );
  }

  private succeed(): void {
    this.stop();
    this.end.resolve();
  }

  private stop(): void {
    clearTimeout(this.watchdog);
    if (!this.subscription.isClosed()) this.subscription.unsubscribe();
  }
}
