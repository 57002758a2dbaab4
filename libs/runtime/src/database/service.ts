import { JetStreamEvents, type Bus } from '@hawser/messaging';
import {
  databaseReady,
  databaseUnavailable,
  OutboxRelay,
  type DatabaseOptions,
  type EventPublisher,
} from '@hawser/persistence';
import type { DynamicModule, INestMicroservice } from '@nestjs/common';
import type { CleanedEnv } from 'envalid';
import { DataSource } from 'typeorm';
import { readEnvironment, type VariableSpecs } from '../environment.js';
import { runProgram } from '../program.js';
import { serve } from '../serve.js';
import { serviceProgram, type ServiceProgram } from '../service-program.js';
import type { serviceVariables } from './database-variables.js';

export interface ServiceParts<Variables extends VariableSpecs> {
  database: DatabaseOptions;
  publisher: EventPublisher;
  /** How it reaches the others. */
  bus: Bus;
  /** What it was told. */
  config: CleanedEnv<Variables>;
}

export interface Service<Variables extends VariableSpecs> {
  /** Of the service on the bus, in metrics, logs and traces. */
  name: string;
  environment: NodeJS.ProcessEnv;
  /** All that it can be told: `serviceVariables` and its own. */
  variables: Variables & typeof serviceVariables;
  database: (url: string) => DatabaseOptions;
  module: (parts: ServiceParts<Variables>) => DynamicModule;
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
    return serviceProgram(programOf(service, config as CleanedEnv<Variables> & Config));
  });
}

function programOf<Variables extends VariableSpecs>(
  service: Service<Variables>,
  config: CleanedEnv<Variables> & Config,
): ServiceProgram {
  const { name } = service;
  const database = {
    ...service.database(config.DATABASE_URL),
    poolSize: config.HAWSER_DATABASE_POOL,
  };
  return {
    name,
    config,
    checks: { database: (app) => app.get(DataSource).query('SELECT 1') },
    start: async ({ bus, logger, asked }) => {
      const events = JetStreamEvents.over(bus);
      const wait = { signal: asked, log: (line: string) => void logger.warn(line, 'Database') };
      // Also waited for within the module, if it goes away now; but Nest would log a stop meanwhile as an error.
      await databaseReady(database, wait);
      const module = service.module({ database: { ...database, wait }, publisher: events, bus, config });
      const app = await serve({
        service: name,
        module,
        bus,
        events,
        translate: (error) => databaseUnavailable(error, name),
        logger,
      });
      app.get(OutboxRelay).start();
      return app;
    },
    serving: async (app) => service.serving?.(app, config),
  };
}
