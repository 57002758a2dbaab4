import type { TlsOptions } from 'node:tls';
import { parse } from 'pg-connection-string';
import { DataSource, type EntitySchema, type MigrationInterface } from 'typeorm';

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
}

const statementTimeoutMs = 10_000;
const connectTimeoutMs = 5_000;
const defaultPoolSize = 10;

/** A DataSource on the service's schema, not yet connected. Entities and migrations are listed, never found by glob. */
export function createDataSource(options: DatabaseOptions): DataSource {
  const { host, port, user, password, database, ssl } = parse(options.url);
  return new DataSource({
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
      options: `-c search_path=${options.schema}`,
      statement_timeout: options.statementTimeoutMs ?? statementTimeoutMs,
      idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
    },
  });
}

/**
 * Brings the schema up to date. Safe to run twice and from several processes at once: an advisory lock lets one pass
 * at a time, and the others find nothing left to do.
 */
export async function migrate(options: DatabaseOptions): Promise<void> {
  const dataSource = await createDataSource({ ...options, poolSize: 2, statementTimeoutMs: 0 }).initialize();
  const gate = dataSource.createQueryRunner();
  try {
    await gate.query(`SELECT pg_advisory_lock(hashtext($1))`, [`hawser.migrate.${options.schema}`]);
    await gate.query(`CREATE SCHEMA IF NOT EXISTS ${options.schema}`);
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await gate.release();
    await dataSource.destroy();
  }
}
