import type { ErrorCode } from './errors.js';

// A class used as a shape: DTO classes have no constructor arguments.
export type ClassOf<T> = new () => T;

/** One class, a list of one class, or nothing. */
export type Shape = ClassOf<object> | readonly [ClassOf<object>] | null;

export type ShapeType<S extends Shape> = S extends null
  ? void
  : S extends readonly [ClassOf<infer Item>]
    ? Item[]
    : S extends ClassOf<infer One>
      ? One
      : never;

/** A request and its answer. The server's handler and the client's call are both typed from it. */
export interface RpcContract<Req extends object, Res extends Shape> {
  readonly kind: 'rpc';
  /** `hawser.<service>.<entity>.<verb>.v1` */
  readonly subject: string;
  readonly request: ClassOf<Req>;
  readonly response: Res;
  /** Codes the handler may answer besides those any call can (`universalErrors`). */
  readonly errors: readonly ErrorCode[];
  readonly deadlineMs: number;
  /** Doing it twice is the same as doing it once, so a caller without an answer may ask again. */
  readonly idempotent: boolean;
  /** The handler is told, by `context.signal`, when its caller no longer waits; for work that takes long. */
  readonly cancellable: boolean;
  /** What callers are told while the service is away; it may also say so itself, of what it cannot do for now. */
  readonly unavailable: ErrorCode;
}

/** A fact that has happened, told to whoever consumes it, at least once. */
export interface EventContract<Data extends object> {
  readonly kind: 'event';
  /** `hawser.events.<service>.<entity>.<fact>.v1` */
  readonly subject: string;
  readonly data: ClassOf<Data>;
}

/** A fact told to every process that listens now, at most once: who is away never hears of it. */
export interface BroadcastContract<Data extends object> {
  readonly kind: 'broadcast';
  /** `hawser.broadcast.<service>.<entity>.<fact>.v1` */
  readonly subject: string;
  readonly data: ClassOf<Data>;
}

export type AnyRpc = RpcContract<object, Shape>;
export type AnyEvent = EventContract<object>;
export type AnyBroadcast = BroadcastContract<object>;

/** Codes that any call can fail with, so that no contract repeats them. */
export const universalErrors: readonly ErrorCode[] = [
  'validation_failed',
  'malformed_message',
  'payload_too_large',
  'internal',
  'service_unavailable',
  'service_timeout',
  'cancelled',
];

export const defaultDeadlineMs = 5_000;

export function defineRpc<Req extends object, const Res extends Shape>(contract: {
  subject: string;
  request: ClassOf<Req>;
  response: Res;
  errors?: readonly ErrorCode[];
  deadlineMs?: number;
  idempotent?: boolean;
  cancellable?: boolean;
  unavailable?: ErrorCode;
}): RpcContract<Req, Res> {
  return {
    kind: 'rpc',
    errors: [],
    deadlineMs: defaultDeadlineMs,
    idempotent: false,
    cancellable: false,
    unavailable: 'service_unavailable',
    ...contract,
  };
}

export function defineEvent<Data extends object>(contract: {
  subject: string;
  data: ClassOf<Data>;
}): EventContract<Data> {
  return { kind: 'event', ...contract };
}

export function defineBroadcast<Data extends object>(contract: {
  subject: string;
  data: ClassOf<Data>;
}): BroadcastContract<Data> {
  return { kind: 'broadcast', ...contract };
}
