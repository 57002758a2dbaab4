import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { watchDatabase } from './database-metrics.js';

/** The pool below a connected DataSource, for what TypeORM cannot do. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as PostgresDriver).master as Pool;
}

/** The schema that a DataSource works in. */
export function schemaOf(dataSource: DataSource): string {
  return (dataSource.driver as PostgresDriver).schema ?? '';
}

/** Is measured for as long as it is connected. */
export class ServiceDataSource extends DataSource {
  private unwatch: (() => void) | undefined;

  override async initialize(): Promise<this> {
    await super.initialize();
    this.unwatch = watchDatabase({ schema: schemaOf(this), pool: poolOf(this) });
    return this;
  }

  override async destroy(): Promise<void> {
    this.unwatch?.();
    await super.destroy();
  }
}
