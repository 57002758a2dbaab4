import { BindingsModule, bindingsDatabase } from '@hawser/bindings';
import { DemoService, DirectoryModule, directoryDatabase } from '@hawser/directory';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import { closeGateway, createGateway } from '@hawser/gateway';
import { BusClient, BusServer, InProcessEvents, MemoryHub, NatsBus, type Bus } from '@hawser/messaging';
import { migrate, OutboxRelay } from '@hawser/persistence';
import type { DynamicModule, INestMicroservice, LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { Config } from './config.js';
import { ensureDemo, type Demo } from './demo.js';
import { explainDatabaseError } from './given-database.js';
import { ensureMasterKeys } from './master-keys.js';
import type { Started } from './started.js';

const logLevels: LogLevel[] = ['warn', 'error', 'fatal'];

export interface RunningSystem {
  /** The gateway's address. */
  url: string;
  demo: Demo;
}

/**
 * Every service in this process, on one bus and one database. What has been started is in `started`, also when this
 * fails or is not waited for; ending it stops taking requests, finishes those in flight, and ends PostgreSQL last.
 * @throws InstanceLockedError another instance has the data directory
 * @throws ConfigError DATABASE_URL leads nowhere
 */
export async function startSystem(
  config: Config,
  started: Started,
  log: (line: string) => void,
): Promise<RunningSystem> {
  const databaseUrl = config.databaseUrl ?? (await startPostgres(config, started, log));
  if (config.masterKeys === undefined) await ensureMasterKeys(config.dataDir);
  try {
    await Promise.all([migrate(directoryDatabase(databaseUrl)), migrate(bindingsDatabase(databaseUrl))]);
  } catch (error) {
    throw config.databaseUrl === undefined ? error : explainDatabaseError(error);
  }

  const hub = new MemoryHub();
  const connect = async (name: string): Promise<Bus> => {
    const bus =
      config.natsUrl === undefined
        ? hub.connect()
        : await NatsBus.connect({ url: config.natsUrl, name: `hawser-${name}` });
    return started.add(bus, () => bus.close());
  };
  const events = new InProcessEvents();
  const serve = async (service: string, bus: Bus, module: DynamicModule): Promise<INestMicroservice> => {
    const strategy = new BusServer({ bus, service, events });
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
      strategy,
      logger: logLevels,
      // So that what has been started is ended.
      abortOnError: false,
    });
    started.add<INestMicroservice>(app, () => app.close());
    await app.listen();
    return app;
  };

  const directoryBus = await connect('directory');
  const directory = await serve(
    'directory',
    directoryBus,
    DirectoryModule.register(databaseUrl, events, new BusClient(directoryBus)),
  );
  const bindings = await serve(
    'bindings',
    await connect('bindings'),
    BindingsModule.register(databaseUrl, events),
  );
  const bus = new BusClient(await connect('gateway'));
  const demo = await ensureDemo(directory.get(DemoService), bus, config.bootstrapToken);
  // Only now: an event that found no consumer would count as delivered.
  for (const service of [directory, bindings]) {
    const relay = started.add(service.get(OutboxRelay), (it) => it.stop());
    relay.start();
  }

  const gateway = await createGateway({ bus, corsOrigins: config.corsOrigins, logger: logLevels });
  started.add(gateway, () => closeGateway(gateway));
  // Not by Nest, which would log a port in use before we can say it in one line.
  await gateway.init();
  const url = await gateway.getHttpAdapter().getInstance().listen({ host: config.host, port: config.port });
  return { url: config.publicUrl?.replace(/\/+$/, '') ?? url, demo };
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
