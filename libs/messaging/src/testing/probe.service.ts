import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { Bus } from '../bus.js';
import { BusServer, type BusServerOptions } from '../bus-server.js';
import { InProcessEvents } from '../in-process-events.js';
import { ProbeController } from './probe.controller.js';

export interface ProbeService {
  server: BusServer;
  close(): Promise<void>;
}

/** A real Nest microservice on a bus, listening. */
export async function startService(
  bus: Bus,
  {
    controllers = [ProbeController] as Type[],
    ...options
  }: Partial<BusServerOptions> & { controllers?: Type[] } = {},
): Promise<ProbeService> {
  @Module({ controllers })
  class ProbeModule {}
  const server = new BusServer({ bus, service: 'probe', events: new InProcessEvents(), ...options });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(ProbeModule, {
    strategy: server,
    logger: false,
    // By default Nest ends the process instead of rejecting.
    abortOnError: false,
  });
  await app.listen();
  return { server, close: () => app.close() };
}
