import {
  createInbox,
  errors,
  type Msg,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node';
import { type BusMessage, DeadlineError, NoResponderError } from './bus.js';
import { fromNats, toNatsHeaders } from './nats-message.js';

interface Pending {
  subject: string;
  timer: NodeJS.Timeout;
  resolve: (answer: BusMessage) => void;
  reject: (error: unknown) => void;
}

/** How the server says that nobody has subscribed to a request's subject. */
const noRespondersCode = 503;

/**
 * Request and reply over one inbox. The client has this too, but makes an error with a stack for every request, also
 * for one that is answered, which is the most expensive part of it.
 */
export class NatsRequests {
  private readonly inbox = `${createInbox()}.`;
  private readonly pending = new Map<string, Pending>();
  private subscription: Subscription | undefined;
  private sent = 0;

  constructor(private readonly connection: NatsConnection) {
    void this.watchRefusals();
    void connection.closed().then(() => this.failAll(new errors.ClosedConnectionError()));
  }

  /**
   * Sends one request and resolves with its answer. What is sent while the server is away is lost.
   * @throws NoResponderError, DeadlineError
   * @throws Error of the client: the connection is closed, the server refuses the subject or the length
   */
  send(subject: string, message: BusMessage, timeoutMs: number): Promise<BusMessage> {
    return new Promise((resolve, reject) => {
      this.sent += 1;
      const token = this.sent.toString(36);
      const reply = this.inbox + token;
      this.listen();
      this.connection.publish(subject, message.data, { reply, headers: toNatsHeaders(message.headers) });
      const giveUp = (): void => this.take(token)?.reject(new DeadlineError(subject, timeoutMs));
      this.pending.set(token, { subject, timer: setTimeout(giveUp, timeoutMs), resolve, reject });
    });
  }

  /** The client renews the subscription by itself after a reconnect. */
  private listen(): void {
    this.subscription ??= this.connection.subscribe(`${this.inbox}*`, {
      callback: (error, message) => (error ? this.lose(error) : this.settle(message)),
    });
  }

  private settle(message: Msg): void {
    const pending = this.take(message.subject.slice(this.inbox.length));
    if (pending === undefined) return;
    const isRefusal = message.data.byteLength === 0 && message.headers?.code === noRespondersCode;
    if (isRefusal) pending.reject(new NoResponderError(pending.subject));
    else pending.resolve(fromNats(message));
  }

  private take(token: string): Pending | undefined {
    const pending = this.pending.get(token);
    if (pending === undefined) return undefined;
    this.pending.delete(token);
    clearTimeout(pending.timer);
    return pending;
  }

  /** The server does not let us listen to the inbox; the next request tries again. */
  private lose(error: Error): void {
    this.subscription = undefined;
    this.failAll(error);
  }

  /** Whoever may not publish to a subject is told at once, and not by the deadline. */
  private async watchRefusals(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type !== 'error') continue;
      const { error } = status;
      if (error instanceof errors.PermissionViolationError && error.operation === 'publish')
        this.failAll(error, error.subject);
    }
  }

  private failAll(error: Error, subject?: string): void {
    for (const [token, pending] of this.pending) {
      if (subject === undefined || pending.subject === subject) this.take(token)?.reject(error);
    }
  }
}
