import { Logger } from '@nestjs/common';
import {
  type Bus,
  BusClosedError,
  type BusMessage,
  checkMessage,
  DeadlineError,
  maxPayloadBytes,
  NoResponderError,
  type Subscription,
} from './bus.js';
import { InFlight } from './in-flight.js';
import { Listeners } from './listeners.js';
import { QueueGroups } from './queue-groups.js';
import { stackOf } from './stack-of.js';

type Handle = (message: BusMessage) => Promise<BusMessage>;

/** One registration: its handler, and what it has taken but not yet answered. */
interface Responder {
  handle: Handle;
  inFlight: InFlight;
}

/** The place where the services of one process meet; what a NATS server is to several. */
export class MemoryHub {
  readonly responders = new QueueGroups<Responder>();
  readonly listeners = new Listeners<BusMessage>();

  /** A connection of its own, to be closed on its own. */
  connect(): MemoryBus {
    return new MemoryBus(this);
  }
}

/** The bus within one process. It copies and limits as NATS does, so that what works here works there. */
export class MemoryBus implements Bus {
  readonly maxPayloadBytes = maxPayloadBytes;
  private readonly logger = new Logger(MemoryBus.name);
  private readonly subscriptions = new Set<Subscription>();
  /** How to fail each request that waits for its answer. */
  private readonly waiting = new Set<(error: Error) => void>();
  private closed = false;

  constructor(private readonly hub: MemoryHub) {}

  // `async` so that a refused message rejects, as over NATS, rather than throws.
  async request(subject: string, message: BusMessage, timeoutMs: number): Promise<BusMessage> {
    if (this.closed) throw new BusClosedError(subject);
    checkMessage(subject, message);
    const takers = this.hub.responders.take(subject).flatMap(({ member }) => (member ? [member] : []));
    if (takers.length === 0) throw new NoResponderError(subject);
    return this.firstAnswer(
      subject,
      timeoutMs,
      takers.map((responder) => deliver(subject, responder, copy(message))),
    );
  }

  respond(subject: string, group: string, handle: Handle): Subscription {
    if (this.closed) throw new BusClosedError(subject);
    const responder: Responder = { handle, inFlight: new InFlight() };
    this.hub.responders.add(subject, group, responder);
    return this.registered(() => {
      this.hub.responders.remove(subject, group, responder);
      return responder.inFlight.zero();
    });
  }

  broadcast(subject: string, message: BusMessage): void {
    if (this.closed) throw new BusClosedError(subject);
    checkMessage(subject, message);
    for (const listener of this.hub.listeners.of(subject)) listener(copy(message));
  }

  listen(subject: string, handle: (message: BusMessage) => void): Subscription {
    if (this.closed) throw new BusClosedError(subject);
    const listener = (message: BusMessage): void => {
      try {
        handle(message);
      } catch (error) {
        this.logger.error(`a listener to ${subject} has failed`, stackOf(error));
      }
    };
    this.hub.listeners.add(subject, listener);
    return this.registered(() => Promise.resolve(this.hub.listeners.remove(subject, listener)));
  }

  /** A broadcast is heard while it is sent, so nothing is ever on its way. */
  barrier(): Promise<void> {
    return this.closed ? Promise.reject(new BusClosedError('the hub')) : Promise.resolve();
  }

  /** Within a process nothing can be lost, so nobody is ever called back. */
  onOutage(): void {
    return;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.drain()));
    this.closed = true;
    for (const fail of [...this.waiting]) fail(new BusClosedError('an open request'));
  }

  private registered(leave: () => Promise<void>): Subscription {
    const subscription: Subscription = {
      drain: () => {
        this.subscriptions.delete(subscription);
        return leave();
      },
    };
    this.subscriptions.add(subscription);
    return subscription;
  }

  private firstAnswer(
    subject: string,
    timeoutMs: number,
    answers: Promise<BusMessage>[],
  ): Promise<BusMessage> {
    return new Promise((resolve, reject) => {
      const settled = (): void => {
        clearTimeout(timer);
        this.waiting.delete(fail);
      };
      const fail = (error: Error): void => {
        settled();
        reject(error);
      };
      const timer = setTimeout(() => fail(new DeadlineError(subject, timeoutMs)), timeoutMs);
      this.waiting.add(fail);
      for (const answer of answers) {
        answer.then(
          (message) => {
            settled();
            resolve(copy(message));
          },
          // As over NATS, whoever gets no answer runs into the deadline.
          (error: unknown) => this.logger.error(`no answer left for a request to ${subject}`, stackOf(error)),
        );
      }
    });
  }
}

/** Counted from the moment it is taken: a drain in between must still wait for it. */
async function deliver(subject: string, responder: Responder, message: BusMessage): Promise<BusMessage> {
  responder.inFlight.begin();
  try {
    // In a turn of its own, so that a handler never runs inside its caller and calls cannot starve I/O.
    await new Promise((resolve) => setImmediate(resolve));
    const answer = await responder.handle(message);
    checkMessage(subject, answer);
    return answer;
  } finally {
    responder.inFlight.end();
  }
}

// `new Uint8Array` copies; `slice` of a Buffer would share its memory.
function copy(message: BusMessage): BusMessage {
  return { data: new Uint8Array(message.data), headers: { ...message.headers } };
}
