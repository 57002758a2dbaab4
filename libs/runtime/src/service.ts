import { JetStreamEvents, type Bus } from '@hawser/messaging';
import { databaseReady, OutboxRelay, type DatabaseOptions, type EventPublisher } from '@hawser/persistence';
import { Logger, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import type { CleanedEnv } from 'envalid';
import { DataSource } from 'typeorm';
import { readEnvironment, type VariableSpecs } from './environment.js';
import { createLogger } from './logger.js';
import { startMetrics } from './metrics.js';
import { connectToNats } from './nats.js';
import { OperationsServer } from './operations-server.js';
import { databaseVariables, programVariables } from './program-variables.js';
import { runProgram, type Program } from './program.js';
import { serve } from './serve.js';
import type { Started } from './started.js';
import { startTracingIfAsked } from './tracing.js';

/** What every service can be told; some have variables of their own besides. */
export const serviceVariables = { ...programVariables, ...databaseVariables };

export interface ServiceParts {
  database: DatabaseOptions;
  publisher: EventPublisher;
  /** How it reaches the others. */
  bus: Bus;
}

export interface Service<Variables extends VariableSpecs> {
  /** Of the service on the bus, in metrics, logs and traces. */
  name: string;
  environment: NodeJS.ProcessEnv;
  /** All that it can be told: `serviceVariables` and its own. */
  variables: Variables & typeof serviceVariables;
  database: (url: string) => DatabaseOptions;
  module: (parts: ServiceParts) => DynamicModule;
  /** Runs when it serves; ready or not does not wait for it. */
  serving?: (app: INestMicroservice, config: CleanedEnv<Variables>) => Promise<void>;
}

type Config = CleanedEnv<typeof serviceVariables>;

/**
 * Runs a service as a program of its own, over NATS and PostgreSQL: waits until both are there and the schema is up to
 * date, serves until it is asked to stop, and then finishes what it has taken.
 */
export function runService<Variables extends VariableSpecs>(service: Service<Variables>): void {
  runProgram(() => {
    const config = readEnvironment(service.environment, service.variables);
    return serviceProgram(service, config as CleanedEnv<Variables> & Config);
  });
}

function serviceProgram<Variables extends VariableSpecs>(
  service: Service<Variables>,
  config: CleanedEnv<Variables> & Config,
): Program {
  const logger = createLogger({ service: service.name, level: config.HAWSER_LOG_LEVEL });
  Logger.overrideLogger(logger);
  const log = (line: string): void => void logger.log(line, 'Program');
  const database = {
    ...service.database(config.DATABASE_URL),
    poolSize: config.HAWSER_DATABASE_POOL,
  };
  const start = async (started: Started, asked: AbortSignal): Promise<void> => {
    startMetrics(service.name);
    startTracingIfAsked(service.name, config, started);
    const state: { bus?: Bus; app?: INestMicroservice } = {};
    const operations = await OperationsServer.start({
      host: config.HAWSER_HOST,
      port: config.HAWSER_PORT,
      checks: {
        bus: () => need(state.bus, 'NATS cannot be reached yet').flush(),
        database: () => need(state.app, 'not serving yet').get(DataSource).query('SELECT 1'),
        running: () => (asked.aborted ? Promise.reject(new Error('is stopping')) : Promise.resolve()),
      },
    });
    started.add(operations, () => operations.close());
    log(`health and metrics at ${operations.url}`);

    const bus = await connectToNats({ url: config.NATS_URL, name: `hawser-${service.name}` });
    state.bus = started.add(bus, () => bus.close());
    const events = JetStreamEvents.over(bus);
    const wait = { signal: asked, log: (line: string) => void logger.warn(line, 'Database') };
    // Also waited for within the module, if it goes away now; but Nest would log a stop meanwhile as an error.
    await databaseReady(database, wait);
    const module = service.module({ database: { ...database, wait }, publisher: events, bus });
    const app = await serve({ service: service.name, module, bus, events, logger });
    started.add(app, () => app.close());
    app.get(OutboxRelay).start();
    state.app = app;
    log('ready');
    void service.serving?.(app, config).catch((error: unknown) => void logger.error(error, 'Program'));
  };
  return { start, drainSeconds: config.HAWSER_DRAIN_SECONDS, log };
}

function need<T>(thing: T | undefined, otherwise: string): T {
  if (thing === undefined) throw new Error(otherwise);
  return thing;
}
