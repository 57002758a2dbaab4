import type { TlsOptions } from 'node:tls';
import { parse } from 'pg-connection-string';
import type { EntitySchema, MigrationInterface } from 'typeorm';
import { serviceClient } from './service-client.js';
import { ServiceDataSource } from './service-data-source.js';
import type { Waiting } from './try-until.js';

type Class<T = object> = new (...args: never[]) => T;

/** One service's part of the database: a schema that no other service reads. */
export interface DatabaseOptions {
  /** `postgresql://…`, also with a socket folder as `?host=/folder` */
  url: string;
  schema: string;
  entities: (Class | EntitySchema)[];
  migrations: Class<MigrationInterface>[];
  /** After this long a statement is given up; 0 never. */
  statementTimeoutMs?: number;
  /** Connections that one process may hold. */
  poolSize?: number;
  /** Makes `PersistenceModule` wait as `databaseReady` does; without it a database that is not ready is an error. */
  wait?: Waiting;
}

const statementTimeoutMs = 10_000;
/** How much longer we wait for the answer than PostgreSQL works on it; then it is taken for gone. */
const answerGraceMs = 2_000;
/** After this long PostgreSQL ends a connection that holds a transaction open and does nothing. */
export const idleInTransactionMs = 20_000;
/**
 * For a new connection, and for a free one when all are in use. Well below the 5 s that a call has by default, so that
 * its caller hears that the database is away rather than nothing, and what gets a connection late has time to answer.
 */
export const connectTimeoutMs = 3_000;
const defaultPoolSize = 10;

/** A DataSource on the service's schema, not yet connected. Entities and migrations are listed, never found by glob. */
export function createDataSource(options: DatabaseOptions): ServiceDataSource {
  const { host, port, user, password, database, ssl } = parse(options.url);
  const timeoutMs = options.statementTimeoutMs ?? statementTimeoutMs;
  return new ServiceDataSource({
    type: 'postgres',
    host: host ?? 'localhost',
    port: port ? Number(port) : 5432,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(database ? { database } : {}),
    ...(ssl === undefined ? {} : { ssl: ssl as TlsOptions | boolean }),
    schema: options.schema,
    entities: options.entities,
    migrations: options.migrations,
    migrationsTableName: 'migrations',
    synchronize: false,
    logging: false,
    applicationName: `hawser-${options.schema}`,
    poolSize: options.poolSize ?? defaultPoolSize,
    connectTimeoutMS: connectTimeoutMs,
    extra: {
      Client: serviceClient(options.schema),
      keepAlive: true,
      options: `-c search_path=${options.schema}`,
      statement_timeout: timeoutMs,
      query_timeout: timeoutMs === 0 ? 0 : timeoutMs + answerGraceMs,
      idle_in_transaction_session_timeout: idleInTransactionMs,
    },
  });
}
