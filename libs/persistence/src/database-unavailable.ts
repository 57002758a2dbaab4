import { isNativeError } from 'node:util/types';
import { ServiceError } from '@hawser/contracts';
import {
  CannotExecuteNotConnectedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { noAnswer } from './service-client.js';

/** SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html): `canceling statement due to statement timeout`. */
const queryCanceled = '57014';
/**
 * SQLSTATE: connection exceptions; login refused, database not there: somebody rotates, or has not finished;
 * read-only, as after a failover; idle in a transaction; too many connections; shutting down, crashed, starting up.
 */
const refusals = /^(08...|28...|3D000|25006|25P03|53300|57P0[123])$/;

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** What pg, its pool and TypeORM say in words only when there is no connection, or no longer. */
const lostConnection =
  /^(Connection terminated|timeout expired$|timeout exceeded when trying to connect$|Client .* not queryable$|Cannot use a pool after calling end|Driver not Connected$)/;

/** What TypeORM throws at those who go on with a connection that it has let go because it broke. */
const releasedErrors = [
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  CannotExecuteNotConnectedError,
];

/**
 * The error of a database call as its caller should hear it, when it is not the caller's nor ours but means that
 * PostgreSQL is away or refuses for now (`service_unavailable`) or took too long (`service_timeout`); undefined for any
 * other. The original is its `cause`. Not for errors of anything but the database, whose connections fail alike.
 */
export function databaseUnavailable(error: unknown, service?: string): ServiceError | undefined {
  const chain = chainOf(error);
  const database = service === undefined ? "the service's database" : `the database of ${service}`;
  if (chain.some(isTimeout)) {
    const late = new ServiceError('service_timeout', `${database} took too long; try again later`);
    return Object.assign(late, { cause: error });
  }
  if (chain.some(isAway)) {
    const message = `${database} is not available now; try again in a moment`;
    const away = new ServiceError('service_unavailable', message, { retry_after_seconds: 1 });
    return Object.assign(away, { cause: error });
  }
  return undefined;
}

/** The error and all that led to it. One that a service threw on purpose says itself what it means. */
function chainOf(error: unknown, known = new Set<unknown>()): Error[] {
  if (!isNativeError(error) || error instanceof ServiceError || known.has(error)) return [];
  known.add(error);
  const { driverError, errors } = error as { driverError?: unknown; errors?: unknown };
  const led = [error.cause, driverError, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return [error, ...led.flatMap((each) => chainOf(each, known))];
}

function isTimeout(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === queryCanceled || error.message === noAnswer;
}

function isAway(error: Error): boolean {
  const { code = '', syscall, message } = error as NodeJS.ErrnoException;
  // The socket of a server that does not run; a file that is not there is something else.
  const noSocket = code === 'ENOENT' && syscall === 'connect';
  return (
    noSocket ||
    networkCodes.has(code) ||
    refusals.test(code) ||
    lostConnection.test(message) ||
    releasedErrors.some((type) => error instanceof type)
  );
}
