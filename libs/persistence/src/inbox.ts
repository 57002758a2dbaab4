import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** Makes a consumer idempotent: events come at least once, their effect exactly once. */
@Injectable()
export class Inbox {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs `effect` in the transaction that also notes the event, unless the event was noted before. */
  async once(eventId: string, effect: (manager: EntityManager) => Promise<void>): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const noted = await manager.query<unknown[]>(
        `INSERT INTO inbox (event_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING event_id`,
        [eventId],
      );
      if (noted.length > 0) await effect(manager);
    });
  }
}
