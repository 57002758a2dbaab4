import { randomUUID } from 'node:crypto';
import { BusClient, BusServer, InProcessEvents, MemoryHub, type EventEnvelope } from '@hawser/messaging';
import { EventPublisher, migrate } from '@hawser/persistence';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { BindingsModule } from '../app.module.js';
import { bindingsDatabase } from '../database/database.js';
import { TestWorkspace } from './test-workspace.js';

/** Leaves every event in the outbox, where a test can look at it. */
class NobodyListens extends EventPublisher {
  publish(): Promise<void> {
    return Promise.reject(new Error('nobody listens'));
  }
}

/** The service as it runs in standalone, on a bus where nobody else is. */
export class BindingsHarness {
  private constructor(
    private readonly app: INestMicroservice,
    private readonly client: BusClient,
    /** Where the service hears of departures. */
    readonly events: InProcessEvents,
  ) {}

  /** On an empty database. */
  static async start(url: string, egressAllow: readonly string[] = []): Promise<BindingsHarness> {
    await migrate(bindingsDatabase(url));
    const hub = new MemoryHub();
    const events = new InProcessEvents();
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(
      BindingsModule.register(bindingsDatabase(url), new NobodyListens(), egressAllow),
      { logger: false, strategy: new BusServer({ bus: hub.connect(), service: 'bindings', events }) },
    );
    await app.listen();
    return new BindingsHarness(app, new BusClient(hub.connect()), events);
  }

  async stop(): Promise<void> {
    await this.app.close();
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
  async rowsOf(workspaceId: string): Promise<Record<string, number>> {
    const tables = await this.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns
        WHERE table_schema = 'bindings' AND column_name = 'workspace_id' ORDER BY table_name`,
    );
    const counts = await Promise.all(
      tables.map(async ({ name }): Promise<[string, number]> => {
        const sql = `SELECT count(*)::int AS rows FROM ${name} WHERE workspace_id = $1`;
        const [row] = await this.query<{ rows: number }>(sql, [workspaceId]);
        return [name, row?.rows ?? 0];
      }),
    );
    return Object.fromEntries(counts.filter(([, rows]) => rows > 0));
  }

  /** What the service has to tell about a workspace, in the order in which it happened. */
  async told(workspaceId: string): Promise<EventEnvelope[]> {
    const rows = await this.query<{ envelope: EventEnvelope }>(
      `SELECT envelope FROM outbox WHERE envelope ->> 'workspace_id' = $1 ORDER BY id COLLATE "C"`,
      [workspaceId],
    );
    return rows.map(({ envelope }) => envelope);
  }
}
