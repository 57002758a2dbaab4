import { randomUUID } from 'node:crypto';
import { BusClient, BusServer, InProcessEvents, MemoryHub, type EventEnvelope } from '@hawser/messaging';
import { EventPublisher, migrate } from '@hawser/persistence';
import { countRows, outboxOf } from '@hawser/testing';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { BindingsModule } from '../app.module.js';
import { bindingsDatabase } from '../database/database.js';
import { TestWorkspace } from './test-workspace.js';
import { VaultStandIn } from './vault-stand-in.js';

/** Leaves every event in the outbox, where a test can look at it. */
class NobodyListens extends EventPublisher {
  publish(): Promise<void> {
    return Promise.reject(new Error('nobody listens'));
  }
}

/** The service as it runs in standalone, on a bus where only a stand-in for the vault is. */
export class BindingsHarness {
  private constructor(
    private readonly app: INestMicroservice,
    private readonly client: BusClient,
    /** Where the service hears of departures. */
    readonly events: InProcessEvents,
    readonly vault: VaultStandIn,
  ) {}

  /** On an empty database. */
  static async start(url: string, egressAllow: readonly string[] = []): Promise<BindingsHarness> {
    await migrate(bindingsDatabase(url));
    const hub = new MemoryHub();
    const events = new InProcessEvents();
    const vault = new VaultStandIn();
    await vault.start(hub.connect());
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(
      BindingsModule.register({
        database: bindingsDatabase(url),
        publisher: new NobodyListens(),
        bus: hub.connect(),
        egressAllow,
      }),
      { logger: false, strategy: new BusServer({ bus: hub.connect(), service: 'bindings', events }) },
    );
    await app.listen();
    return new BindingsHarness(app, new BusClient(hub.connect()), events, vault);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.vault.stop();
  }

  get dataSource(): DataSource {
    return this.app.get(DataSource);
  }

  /** One that nobody has written to. */
  workspace(id = `ws_${randomUUID()}`): TestWorkspace {
    return new TestWorkspace(id, this.client, (sql, parameters) => this.query(sql, parameters));
  }

  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.dataSource.query<Row[]>(sql, parameters);
  }

  /** How many rows of a workspace each table has, tables without any left out. */
  rowsOf(workspaceId: string): Promise<Record<string, number>> {
    return countRows((sql, parameters) => this.query(sql, parameters), 'bindings', workspaceId);
  }

  /** What the service has to tell about a workspace, in the order in which it happened. */
  told(workspaceId: string): Promise<EventEnvelope[]> {
    return outboxOf((sql, parameters) => this.query(sql, parameters), workspaceId);
  }
}
