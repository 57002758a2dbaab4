import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { DatabaseOptions } from './database.js';
import { connectDatabase } from './database-ready.js';
import { EventPublisher } from './event-publisher.js';
import { Inbox } from './inbox.js';
import { OutboxRelay } from './outbox-relay.js';
import { UnitOfWork } from './unit-of-work.js';

/** A service's database: its connected DataSource, and the unit of work, outbox and inbox upon it. */
@Module({})
export class PersistenceModule implements OnApplicationShutdown {
  constructor(
    private readonly relay: OutboxRelay,
    private readonly dataSource: DataSource,
  ) {}

  static register(database: DatabaseOptions, publisher: EventPublisher): DynamicModule {
    return {
      module: PersistenceModule,
      global: true,
      providers: [
        { provide: DataSource, useFactory: () => connectDatabase(database) },
        { provide: EventPublisher, useValue: publisher },
        OutboxRelay,
        UnitOfWork,
        Inbox,
      ],
      exports: [DataSource, UnitOfWork, Inbox, OutboxRelay],
    };
  }

  /** Runs after the transports have drained, so that requests in flight still reached the database. */
  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
    await this.dataSource.destroy();
  }
}
