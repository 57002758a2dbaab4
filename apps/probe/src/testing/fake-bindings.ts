import { ServiceError } from '@hawser/contracts';
import {
  refreshTools,
  resolveServer,
  type RefreshCrewTools,
  type RefreshedTools,
  type ResolvedServer,
  type ServerToTry,
  type TriedServer,
} from '@hawser/contracts/bindings';
import { BusServer, Handles, type Bus } from '@hawser/messaging';
import { Controller, Module, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';

/** What a test says that `bindings` has, and what it was told. */
export class FakeBindings {
  readonly servers = new Map<string, ResolvedServer>();
  readonly refreshed: RefreshCrewTools[] = [];
  /** What was asked for, in order. */
  readonly asked: ServerToTry[] = [];
  /** Values of credentials in the servers that are asked for. */
  secrets: string[] = [];
  /** What is answered in place of a server. */
  failure: ServiceError | undefined;

  /** Makes a server that is reached by HTTP unless said otherwise. */
  add(fields: Partial<ResolvedServer>): string {
    const server_id = `srv_${this.servers.size + 1}`;
    this.servers.set(server_id, {
      server_id,
      crew_server_id: null,
      scope: 'workspace',
      name: 'peer',
      display_name: 'Peer',
      transport: 'streamable-http',
      endpoint: null,
      command: null,
      args_json: null,
      env_json: null,
      config_json: null,
      icon: null,
      enabled: true,
      binding_id: null,
      credential_id: null,
      credential_name: null,
      cred_type: null,
      headers: null,
      tools: { disabled: [] },
      problems: [],
      ...fields,
    });
    return server_id;
  }

  start(bus: Bus): Promise<INestMicroservice> {
    const module: DynamicModule = {
      module: FakeBindingsModule,
      controllers: [FakeBindingsHandler],
      providers: [{ provide: FakeBindings, useValue: this }],
    };
    return serve(module, bus, 'bindings');
  }
}

@Module({})
class FakeBindingsModule {}

@Controller()
class FakeBindingsHandler {
  constructor(private readonly bindings: FakeBindings) {}

  @Handles(resolveServer)
  resolve(request: ServerToTry): Promise<TriedServer> {
    const { servers, secrets, asked, failure } = this.bindings;
    asked.push(request);
    if (failure !== undefined) return Promise.reject(failure);
    const server = servers.get(request.server_id);
    return server === undefined
      ? Promise.reject(ServiceError.notFound('server', request.server_id))
      : Promise.resolve({ server, secrets });
  }

  @Handles(refreshTools)
  refresh(request: RefreshCrewTools): Promise<RefreshedTools> {
    this.bindings.refreshed.push(request);
    return Promise.resolve({ created: request.tools.length, updated: 0, total: request.tools.length });
  }
}

/** A module as it runs in standalone. */
export async function serve(module: DynamicModule, bus: Bus, service: string): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    logger: false,
    strategy: new BusServer({ bus, service }),
    abortOnError: false,
  });
  await app.listen();
  return app;
}
