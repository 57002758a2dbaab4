/** What travels: bytes, and headers whose values are visible ASCII (see `checkMessage`). */
export interface BusMessage {
  data: Uint8Array;
  headers: Record<string, string>;
}

/** A registration that can be ended without losing anything. */
export interface Subscription {
  /** Takes nothing new; resolves when everything taken before has been handled and its answer has left. */
  drain(): Promise<void>;
}

/**
 * Request and reply between services. Two implementations, held by one test suite: `MemoryBus` within a
 * process and `NatsBus` between processes. Bytes in, bytes out: no object is ever shared.
 */
export interface Bus {
  /** Data and headers of one message together; a longer one is refused with `PayloadTooLargeError`. */
  readonly maxPayloadBytes: number;

  /**
   * Sends one request and resolves with its answer.
   * @throws NoResponderError nobody serves the subject
   * @throws DeadlineError somebody does, but there was no answer in time
   * @throws PayloadTooLargeError the request is longer than `maxPayloadBytes`
   * @throws BusClosedError this bus has been closed
   */
  request(subject: string, message: BusMessage, timeoutMs: number): Promise<BusMessage>;

  /**
   * Answers requests to a subject. One member of `group` gets each request. `handle` must not reject and must
   * not answer with more than `maxPayloadBytes`: the caller would wait for its whole deadline.
   */
  respond(subject: string, group: string, handle: (message: BusMessage) => Promise<BusMessage>): Subscription;

  /** Resolves when all that was sent and registered before can be seen by others; also tells that the bus is alive. */
  flush(): Promise<void>;

  /**
   * Tells every listener of the subject, in this process too, at most once: who is away misses it, and a message
   * sent while the server is away is lost. `barrier` says whether the server has it.
   * @throws PayloadTooLargeError the message is longer than `maxPayloadBytes`
   * @throws BusClosedError this bus has been closed
   */
  broadcast(subject: string, message: BusMessage): void;

  /** Hears every broadcast of a subject, in the order in which each sender sent them. `handle` must not throw. */
  listen(subject: string, handle: (message: BusMessage) => void): Subscription;

  /**
   * Resolves when the server has all that this process had sent, and when all that it held for this process at the
   * moment of the call has been handed to the listeners. Cheap: callers at the same time share one round trip.
   * With several NATS servers that is true of those connected to the same one only.
   * @throws NoResponderError the server is away
   * @throws DeadlineError the server is silent
   * @throws BusClosedError this bus has been closed
   */
  barrier(): Promise<void>;

  /** Calls back whenever the server has been lost, and when it is back: broadcasts may have been missed. */
  onOutage(listener: () => void): void;

  /** Drains what is still registered, then closes. Own requests that have no answer by then fail. */
  close(): Promise<void>;
}

/**
 * 8 MiB. The bus carries webhooks of 1 MiB inside an envelope, which NATS's own default of 1 MiB is too small
 * for; set `max_payload: 8388608` on the server.
 */
export const maxPayloadBytes = 8 * 1024 * 1024;

export class NoResponderError extends Error {
  override readonly name = 'NoResponderError';
  constructor(readonly subject: string) {
    super(`nobody answers "${subject}"`);
  }
}

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  constructor(
    readonly subject: string,
    readonly timeoutMs: number,
  ) {
    super(`no answer from "${subject}" within ${timeoutMs} ms`);
  }
}

export class PayloadTooLargeError extends Error {
  override readonly name = 'PayloadTooLargeError';
  constructor(
    readonly subject: string,
    readonly bytes: number,
    readonly limitBytes: number,
  ) {
    super(`a message of ${bytes} bytes to "${subject}" is over the limit of ${limitBytes}`);
  }
}

export class BusClosedError extends Error {
  override readonly name = 'BusClosedError';
  constructor(readonly subject: string) {
    super(`the bus is closed, "${subject}" cannot be reached`);
  }
}

const headerName = /^[a-z0-9-]+$/;
// NATS trims values, so a blank at an end would not survive.
const headerValue = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/;

/**
 * The length of a message on the wire, as NATS counts it against `max_payload`: data and the block of headers.
 * Headers must have passed `checkMessage`, so that one character is one byte.
 */
export function messageBytes(message: BusMessage): number {
  const headers = Object.entries(message.headers);
  if (headers.length === 0) return message.data.byteLength;
  const block = headers.reduce((bytes, [name, value]) => bytes + name.length + value.length + 4, 0);
  return message.data.byteLength + 'NATS/1.0\r\n\r\n'.length + block;
}

/**
 * Refuses what one of the transports could not carry, so that both refuse alike.
 * @throws TypeError a header's name or value is outside the allowed characters
 * @throws PayloadTooLargeError
 */
export function checkMessage(subject: string, message: BusMessage): void {
  for (const [name, value] of Object.entries(message.headers)) {
    if (!headerName.test(name)) throw new TypeError(`header name ${JSON.stringify(name)} is not allowed`);
    if (!headerValue.test(value))
      throw new TypeError(`header "${name}" has a value that is not visible ASCII`);
  }
  const bytes = messageBytes(message);
  if (bytes > maxPayloadBytes) throw new PayloadTooLargeError(subject, bytes, maxPayloadBytes);
}
