import { Client, type ClientConfig } from 'pg';
import { inSqlSpan } from './sql-spans.js';

type Query = (statement: unknown, values?: unknown, callback?: unknown) => unknown;

/** What pg says when `query_timeout` has passed. */
export const noAnswer = 'Query read timeout';

/**
 * The connections of a service's pool. TypeORM's queries, which answer a promise, have their span made here, and end
 * the connection when PostgreSQL falls silent: TypeORM would give it back to the pool, with the query still under way.
 * For queries with a callback, the pool's own, the pool sees to both.
 */
export function serviceClient(schema: string): typeof Client {
  return class ServiceClient extends Client {
    constructor(config?: string | ClientConfig) {
      super(config);
      // Who waits for an answer is told, and the pool lets the connection go. An error that comes while it changes hands
      // has nobody to hear it, and would end the process.
      this.on('error', () => undefined);
      const plain = this.query.bind(this) as Query;
      const endWhenSilent = (error: unknown): never => {
        if (error instanceof Error && error.message === noAnswer) void this.end();
        throw error;
      };
      const query: Query = (statement, values, callback) =>
        typeof statement === 'string' && typeof values !== 'function' && callback === undefined
          ? inSqlSpan(schema, statement, () => plain(statement, values) as Promise<unknown>).catch(
              endWhenSilent,
            )
          : plain(statement, values, callback);
      this.query = query as Client['query'];
    }
  };
}
