import { BusServer, type BusServerOptions } from '@hawser/messaging';
import type { DynamicModule, INestMicroservice, LoggerService, LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';

export interface ServeOptions extends BusServerOptions {
  module: DynamicModule;
  logger: LoggerService | LogLevel[];
}

/** Starts a service's module on the bus. It answers when this resolves; `close()` finishes what it has taken. */
export async function serve({ module, logger, ...onBus }: ServeOptions): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    strategy: new BusServer(onBus),
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
