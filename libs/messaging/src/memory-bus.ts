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

  /** A connection of its own, to be closed on its own. */
  connect(): MemoryBus {
    return new MemoryBus(this.responders);
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

  constructor(private readonly responders: QueueGroups<Responder>) {}

  // `async` so that a refused message rejects, as over NATS, rather than throws.
  async request(subject: string, message: BusMessage, timeoutMs: number): Promise<BusMessage> {
    if (this.closed) throw new BusClosedError(subject);
    checkMessage(subject, message);
    const takers = this.responders.take(subject).flatMap(({ member }) => (member ? [member] : []));
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
    this.responders.add(subject, group, responder);
    const subscription: Subscription = {
      drain: () => {
        this.responders.remove(subject, group, responder);
        this.subscriptions.delete(subscription);
        return responder.inFlight.zero();
      },
    };
    this.subscriptions.add(subscription);
    return subscription;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.drain()));
    this.closed = true;
    for (const fail of [...this.waiting]) fail(new BusClosedError('an open request'));
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
