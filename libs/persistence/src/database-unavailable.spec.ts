import { ServiceError } from '@hawser/contracts';
import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TypeORMError,
} from 'typeorm';
import { databaseUnavailable } from './database-unavailable.js';

const coded = (code: string, message = code, more: object = {}): Error =>
  Object.assign(new Error(message), { code, ...more });
const failed = (cause: Error): Error => new QueryFailedError('SELECT 1', [], cause);

const away: [string, unknown][] = [
  ['a refused connection', coded('ECONNREFUSED')],
  ['refused connections to all addresses of a name', new AggregateError([coded('ECONNREFUSED')])],
  ['a connection that was reset', failed(coded('ECONNRESET'))],
  ['a write to a closed connection', failed(coded('EPIPE'))],
  ['a host that does not answer', coded('ETIMEDOUT')],
  ['a name server that does not answer', coded('EAI_AGAIN')],
  ['a name that is not known', coded('ENOTFOUND')],
  ['a socket that is not there', coded('ENOENT', 'connect ENOENT /tmp/.s', { syscall: 'connect' })],
  ['a connection that ended', failed(new Error('Connection terminated unexpectedly'))],
  ['a connection that did not come up', new Error('Connection terminated due to connection timeout')],
  ['no free connection in the pool', new Error('timeout exceeded when trying to connect')],
  ['a broken client', failed(new Error('Client has encountered a connection error and is not queryable'))],
  ['a pool that was closed', new Error('Cannot use a pool after calling end on the pool')],
  ['a connection failure', failed(coded('08006'))],
  ['a shutdown', failed(coded('57P01'))],
  ['a crash', failed(coded('57P02'))],
  ['a start under way', coded('57P03', 'the database system is starting up')],
  ['too many connections', coded('53300')],
  ['a password that was changed', coded('28P01')],
  ['a role that is not there', coded('28000')],
  ['a database that is not there', coded('3D000')],
  ['a primary that has become a standby', failed(coded('25006'))],
  ['a transaction that was idle for too long', failed(coded('25P03'))],
  ['a query runner whose connection broke', new QueryRunnerAlreadyReleasedError()],
  ['a repository whose connection broke', new QueryRunnerProviderAlreadyReleasedError()],
  ['a driver that is not connected', new TypeORMError('Driver not Connected')],
  ['what led to another error', new Error('resolving failed', { cause: failed(coded('57P01')) })],
];

const other: [string, unknown][] = [
  ['a unique constraint', failed(coded('23505', 'duplicate key'))],
  ['a syntax error', failed(coded('42601'))],
  ['a missing table', failed(coded('42P01'))],
  ['a missing privilege', failed(coded('42501'))],
  ['a file that is not there', coded('ENOENT', 'no such file', { syscall: 'open' })],
  ['a defect of ours', new TypeError('x is undefined')],
  ['what a service says itself', new ServiceError('not_found', 'no such agent')],
  ['a text', 'ECONNREFUSED'],
  ['nothing', undefined],
];

it.each(away)('answers that the database is away for %s', (_, error) => {
  expect(databaseUnavailable(error)).toMatchObject({ code: 'service_unavailable', cause: error });
});

it.each(other)('has no answer for %s', (_, error) => {
  expect(databaseUnavailable(error)).toBeUndefined();
});

it('answers that the database took too long for a statement that was given up', () => {
  expect(databaseUnavailable(failed(coded('57014')))).toMatchObject({ code: 'service_timeout' });
  expect(databaseUnavailable(failed(new Error('Query read timeout')))).toMatchObject({
    code: 'service_timeout',
  });
});

it('names whose database it is, and nothing of the machine', () => {
  const error = coded('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.7:5432');
  expect(databaseUnavailable(error, 'bindings')?.message).toBe(
    'the database of bindings is not available now; try again in a moment',
  );
});

it('says when to try again', () => {
  expect(databaseUnavailable(coded('ECONNREFUSED'))?.details).toEqual({ retry_after_seconds: 1 });
});

it('comes to an end with errors that lead to each other', () => {
  const error = new Error('one');
  error.cause = new Error('other', { cause: error });
  expect(databaseUnavailable(error)).toBeUndefined();
});
