import { type ErrorCode, errorCodes, ServiceError, type Shape, type ShapeType } from '@hawser/contracts';
import type { BusMessage } from './bus.js';
import { decodeJson, encodeJson, isJsonObject } from './json.js';

/** Tells an answer that failed from one that did not, before its bytes are read. Holds the code. */
const errorHeader = 'hawser-error';

/**
 * An answer's message: its JSON, or no bytes at all for a contract without an answer.
 * @throws TypeError the value has no JSON form, or not the contract's shape
 */
export function encodeAnswer(shape: Shape, value: unknown): BusMessage {
  if (shape === null) return { data: new Uint8Array(0), headers: {} };
  if (!hasShape(shape, value)) throw new TypeError(`the answer is not ${describe(shape)}`);
  return { data: encodeJson(value), headers: {} };
}

/** An error's message. The caller rebuilds code, message and details; nothing else of the error leaves. */
export function encodeError({ code, message, details }: ServiceError): BusMessage {
  return { data: encodeJson({ code, message, details }), headers: { [errorHeader]: code } };
}

/**
 * What an answer holds, as parsed JSON: a date is text.
 * @throws Error the bytes are not what the contract promises
 */
export function decodeAnswer<S extends Shape>(shape: S, message: BusMessage): ShapeType<S> {
  if (shape === null) return undefined as ShapeType<S>;
  const value = decodeJson(message.data);
  if (!hasShape(shape, value)) throw new TypeError(`the answer is not ${describe(shape)}`);
  return value as ShapeType<S>;
}

/**
 * The error that an answer holds; undefined if it is none.
 * @throws Error the answer says that it failed, but not readably how
 */
export function decodeError(message: BusMessage): ServiceError | undefined {
  if (message.headers[errorHeader] === undefined) return undefined;
  const error = decodeJson(message.data);
  if (!isJsonObject(error) || typeof error.message !== 'string' || !isJsonObject(error.details)) {
    throw new TypeError('the answer is an error without message and details');
  }
  if (!isErrorCode(error.code))
    throw new TypeError(`the answer has an unknown error code ${String(error.code)}`);
  return new ServiceError(error.code, error.message, error.details);
}

/** Of a message: the code that it says it failed with (not looked at any closer), or "ok". */
export function codeOf(message: BusMessage): ErrorCode | 'ok' {
  return (message.headers[errorHeader] as ErrorCode | undefined) ?? 'ok';
}

/**
 * Whether an answer says that `service`, which gave it, cannot work at the moment: its database is away, for example.
 * That another service which it needs is away has been found out with patience already, and is not its own failure.
 */
export function isUnavailable(message: BusMessage, service: string): boolean {
  if (message.headers[errorHeader] !== 'service_unavailable') return false;
  try {
    const missing = decodeError(message)?.details.service;
    return missing === undefined || missing === service;
  } catch {
    return false;
  }
}

function isErrorCode(value: unknown): value is ErrorCode {
  return errorCodes.some((code) => code === value);
}

function hasShape(shape: Exclude<Shape, null>, value: unknown): boolean {
  return Array.isArray(shape) ? Array.isArray(value) : isJsonObject(value);
}

function describe(shape: Exclude<Shape, null>): string {
  return typeof shape === 'function' ? `an object (${shape.name})` : `a list (of ${shape[0].name})`;
}
