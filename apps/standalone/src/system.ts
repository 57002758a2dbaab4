import { BindingsModule, bindingsDatabase } from '@hawser/bindings';
import { DemoService, DirectoryModule, directoryDatabase } from '@hawser/directory';
import { Egress, EgressPolicy } from '@hawser/egress';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import { closeGateway, createGateway, listen } from '@hawser/gateway';
import { Broadcasts, BusClient, InProcessEvents, MemoryHub, type Bus } from '@hawser/messaging';
import { databaseUnavailable, migrate, OutboxRelay, runMigrations } from '@hawser/persistence';
import { ProbeModule } from '@hawser/probe';
import {
  connectToNats,
  keptMasterKeys,
  serve,
  startMetrics,
  type ServeOptions,
  type Started,
} from '@hawser/runtime';
import { KeyRing, KeyRotation, vaultDatabase, VaultModule } from '@hawser/vault';
import type { DynamicModule, INestMicroservice } from '@nestjs/common';
import type { Config } from './config.js';
import { ensureDemo, type Demo } from './demo.js';
import { explainDatabaseError } from './given-database.js';
import { TerminalLogger } from './terminal-logger.js';

const firstAnswerMs = 60_000;

export interface RunningSystem {
  /** The gateway's address. */
  url: string;
  demo: Demo;
}

/**
 * Every service in this process, on one bus and one database. What has been started is in `started`, also when this
 * fails or is not waited for; ending it stops taking requests, finishes those in flight, and ends PostgreSQL last.
 * @throws InstanceLockedError another instance has the data directory
 * @throws ConfigError DATABASE_URL or NATS_URL leads to nothing that can be used
 */
export async function startSystem(
  config: Config,
  started: Started,
  log: (line: string) => void,
): Promise<RunningSystem> {
  const databaseUrl = config.databaseUrl ?? (await startPostgres(config, started, log));
  const keys = KeyRing.parse(config.masterKeys ?? (await keptMasterKeys(config.dataDir)));
  try {
    const databases = [directoryDatabase, bindingsDatabase, vaultDatabase].map((of) => of(databaseUrl));
    // Our own may be slow to answer where the disk is still busy with what `npm ci` wrote; a given one has to be there.
    await Promise.all(
      databases.map((database) =>
        config.databaseUrl === undefined
          ? runMigrations(database, { log: () => undefined, waitMs: firstAnswerMs })
          : migrate(database),
      ),
    );
  } catch (error) {
    throw config.databaseUrl === undefined ? error : explainDatabaseError(error);
  }

  const logger = new TerminalLogger();
  const hub = new MemoryHub();
  const connect = async (name: string): Promise<Bus> => {
    const bus =
      config.natsUrl === undefined
        ? hub.connect()
        : await connectToNats({ url: config.natsUrl, name: `hawser-${name}` });
    return started.add(bus, () => bus.close());
  };
  const events = new InProcessEvents();
  const run = async (service: Omit<ServeOptions, 'logger'>): Promise<INestMicroservice> => {
    const app = await serve({ ...service, logger });
    return started.add<INestMicroservice>(app, () => app.close());
  };
  const runOnDatabase = (service: string, bus: Bus, module: DynamicModule): Promise<INestMicroservice> =>
    run({ service, bus, module, events, translate: (error) => databaseUnavailable(error, service) });

  startMetrics('standalone');
  const directoryBus = await connect('directory');
  const directory = await runOnDatabase(
    'directory',
    directoryBus,
    DirectoryModule.register(directoryDatabase(databaseUrl), events, directoryBus),
  );
  const egress = (): Egress => new Egress({ policy: EgressPolicy.allowing(config.egressAllow) });
  const vaultBus = await connect('vault');
  const vault = await runOnDatabase(
    'vault',
    vaultBus,
    VaultModule.register({
      database: vaultDatabase(databaseUrl),
      publisher: events,
      bus: vaultBus,
      keys,
      egress: egress(),
      redirectAllow: config.redirectAllow,
    }),
  );
  // Nobody else reads with these keys, so nobody can be left behind with old ones.
  await vault.get(KeyRotation).rotateAll();
  const bindingsBus = await connect('bindings');
  const bindings = await runOnDatabase(
    'bindings',
    bindingsBus,
    BindingsModule.register({
      database: bindingsDatabase(databaseUrl),
      publisher: events,
      bus: bindingsBus,
      egressAllow: config.egressAllow,
    }),
  );
  const probeBus = await connect('probe');
  await run({
    service: 'probe',
    bus: probeBus,
    module: ProbeModule.register({ bus: probeBus, egress: egress() }),
  });
  const gatewayBus = await connect('gateway');
  const bus = new BusClient(gatewayBus);
  const demo = await ensureDemo(directory.get(DemoService), bus, config.bootstrapToken);
  // Only now: an event that found no consumer would count as delivered.
  for (const service of [directory, bindings, vault]) {
    const relay = started.add(service.get(OutboxRelay), (it) => it.stop());
    relay.start();
  }

  const gateway = await createGateway({
    bus,
    broadcasts: new Broadcasts(gatewayBus),
    corsOrigins: config.corsOrigins,
    publicUrl: config.publicUrl,
    oidc: config.oidc,
    logger,
  });
  started.add(gateway, () => closeGateway(gateway));
  const url = await listen(gateway, { host: config.host, port: config.port });
  return { url: config.publicUrl ?? url, demo };
}

async function startPostgres(
  { dataDir }: Config,
  started: Started,
  log: (line: string) => void,
): Promise<string> {
  const postgres = await EmbeddedPostgres.start({ dataDir, database: 'hawser', log });
  started.add(postgres, () => postgres.stop());
  return postgres.url;
}
