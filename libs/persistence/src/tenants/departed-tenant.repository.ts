import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { schemaOf } from '../service-data-source.js';

/** The table `departed_tenants`, and the advisory locks that it is read and written under. */
@Injectable()
export class DepartedTenantRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Until the transaction ends, none of these can depart. */
  async holdPresent(manager: EntityManager, ids: readonly string[]): Promise<void> {
    await manager.query(
      `SELECT pg_advisory_xact_lock_shared(hashtextextended(name, 0)) FROM unnest($1::text[]) AS name`,
      [ids.map((id) => this.lockOf(id)).sort()],
    );
  }

  /**
   * Waits for the transactions that hold it present. The departures of a workspace go one by one: what hangs on an
   * agent hangs on its crew too, and two that remove the same rows in different orders would block each other.
   */
  async holdDeparting(manager: EntityManager, workspaceId: string, id: string): Promise<void> {
    for (const lock of [this.lockOf(`departures of ${workspaceId}`), this.lockOf(id)]) {
      await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [lock]);
    }
  }

  async findDeparted(
    manager: EntityManager,
    workspaceId: string,
    ids: readonly string[],
  ): Promise<string | undefined> {
    const [row] = await manager.query<{ id: string }[]>(
      `SELECT id FROM departed_tenants WHERE workspace_id = $1 AND id = ANY($2) LIMIT 1`,
      [workspaceId, ids],
    );
    return row?.id;
  }

  async noteDeparture(manager: EntityManager, workspaceId: string, id: string): Promise<void> {
    await manager.query(
      `INSERT INTO departed_tenants (workspace_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
      [workspaceId, id],
    );
  }

  /** Services share a database, and with it the names of its locks. */
  private lockOf(name: string): string {
    return `hawser.${schemaOf(this.dataSource)}.${name}`;
  }
}
