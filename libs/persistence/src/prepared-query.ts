import type { DataSource } from 'typeorm';
import { poolOf, schemaOf } from './service-data-source.js';
import { inSqlSpan } from './sql-spans.js';

/**
 * A query that each connection plans once. For the hot reads, where planning takes longer than answering; TypeORM
 * cannot name statements, so this goes past it to the pool. Of one `name` there may be one text only.
 */
export class PreparedQuery<Row extends object> {
  constructor(
    private readonly name: string,
    private readonly text: string,
  ) {}

  async run(dataSource: DataSource, values: readonly unknown[]): Promise<Row[]> {
    const pool = poolOf(dataSource);
    const { rows } = await inSqlSpan(schemaOf(dataSource), this.text, () =>
      pool.query<Row>({ name: this.name, text: this.text, values: [...values] }),
    );
    return rows;
  }
}
