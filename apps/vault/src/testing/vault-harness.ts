import { randomUUID } from 'node:crypto';
import { Egress, EgressPolicy } from '@hawser/egress';
import { BusClient, BusServer, InProcessEvents, MemoryHub, type EventEnvelope } from '@hawser/messaging';
import { EventPublisher, migrate } from '@hawser/persistence';
import { countRows, outboxOf } from '@hawser/testing';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { VaultModule } from '../app.module.js';
import { vaultDatabase } from '../database/database.js';
import { KeyRing } from '../keys/key-ring.js';
import { BindingsScript, BindingsStandIn } from './bindings-stand-in.js';
import { masterKey } from './key-room.js';
import { ProbeScript, ProbeStandIn } from './probe-stand-in.js';
import { StandIn } from './stand-in.js';
import { TestWorkspace } from './test-workspace.js';

export interface HarnessOptions {
  /** Networks (CIDR) that may be reached although they are not public; loopback when left out. */
  egressAllow?: readonly string[];
  redirectAllow?: readonly string[];
  /** As HAWSER_MASTER_KEYS has them; one that nobody else has when left out. */
  keys?: string;
}

const loopback = ['127.0.0.0/8', '::1/128'];

/** Leaves every event in the outbox, where a test can look at it. */
class NobodyListens extends EventPublisher {
  publish(): Promise<void> {
    return Promise.reject(new Error('nobody listens'));
  }
}

/** The vault as it runs in standalone, with stand-ins for the services that it asks. */
export class VaultHarness {
  private readonly apps: INestMicroservice[] = [];

  private constructor(
    private readonly url: string,
    private readonly options: Required<HarnessOptions>,
    private readonly hub: MemoryHub,
    /** Where the vault hears of departures. */
    readonly events: InProcessEvents,
    readonly bindings: StandIn<BindingsScript>,
    readonly probe: StandIn<ProbeScript>,
  ) {}

  /** On an empty database. */
  static async start(url: string, options: HarnessOptions = {}): Promise<VaultHarness> {
    await migrate(vaultDatabase(url));
    const hub = new MemoryHub();
    const harness = new VaultHarness(
      url,
      { egressAllow: loopback, redirectAllow: [], keys: masterKey('one'), ...options },
      hub,
      new InProcessEvents(),
      await StandIn.start(hub, 'bindings', BindingsStandIn, new BindingsScript()),
      await StandIn.start(hub, 'probe', ProbeStandIn, new ProbeScript()),
    );
    await harness.second();
    return harness;
  }

  /** One more of the vault's processes, on the same database and bus; calls go to any of them. */
  async second(options: Pick<HarnessOptions, 'keys'> = {}): Promise<INestMicroservice> {
    const { url, hub, events } = this;
    const { egressAllow, redirectAllow, keys } = { ...this.options, ...options };
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(
      VaultModule.register({
        database: vaultDatabase(url),
        publisher: new NobodyListens(),
        bus: hub.connect(),
        keys: KeyRing.parse(keys),
        egress: new Egress({ policy: EgressPolicy.allowing(egressAllow) }),
        redirectAllow,
      }),
      { logger: false, strategy: new BusServer({ bus: hub.connect(), service: 'vault', events }) },
    );
    await app.listen();
    this.apps.push(app);
    return app;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.apps.map((app) => app.close()), this.bindings.goAway(), this.probe.goAway()]);
  }

  /** A part of the first process. */
  get<T>(type: new (...args: never[]) => T): T {
    const [first] = this.apps;
    if (first === undefined) throw new Error('the vault has not been started');
    return first.get<T>(type, { strict: false });
  }

  /** One that nobody has written to. */
  workspace(id = `ws_${randomUUID()}`): TestWorkspace {
    return new TestWorkspace(id, new BusClient(this.hub.connect()));
  }

  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.get(DataSource).query<Row[]>(sql, parameters);
  }

  /** How many rows of a workspace each table has, tables without any left out. */
  rowsOf(workspaceId: string): Promise<Record<string, number>> {
    return countRows((sql, parameters) => this.query(sql, parameters), 'vault', workspaceId);
  }

  /** What the service has to tell about a workspace, in the order in which it happened. */
  told(workspaceId: string): Promise<EventEnvelope[]> {
    return outboxOf((sql, parameters) => this.query(sql, parameters), workspaceId);
  }
}
