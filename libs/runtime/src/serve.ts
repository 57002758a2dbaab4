import { BusServer, type Bus, type EventSource } from '@hawser/messaging';
import { databaseUnavailable } from '@hawser/persistence';
import type { DynamicModule, INestMicroservice, LoggerService, LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';

export interface ServeOptions {
  /** Its name on the bus: of all processes with this name one gets each message. */
  service: string;
  module: DynamicModule;
  bus: Bus;
  events: EventSource;
  logger: LoggerService | LogLevel[];
}

/** Starts a service's module on the bus. It answers when this resolves; `close()` finishes what it has taken. */
export async function serve({
  service,
  module,
  bus,
  events,
  logger,
}: ServeOptions): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    strategy: new BusServer({
      bus,
      service,
      events,
      translate: (error) => databaseUnavailable(error, service),
    }),
    logger,
    // So that what else has been started is ended.
    abortOnError: false,
  });
  try {
    await app.listen();
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}
