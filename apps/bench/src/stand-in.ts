/**
 * Stands in for `directory` and `bindings` where the way there is measured and not their work: the real transport,
 * validation and handlers, answering what they hold already.
 */
import 'reflect-metadata';
import {
  getWorkspaceServer,
  type WorkspaceServer,
  type WorkspaceServerRef,
} from '@hawser/contracts/bindings';
import {
  authorise,
  checkHealth,
  type Access,
  type Authorise,
  type Health,
} from '@hawser/contracts/directory';
import { Handles, JetStreamEvents, NatsBus } from '@hawser/messaging';
import { OperationsServer, serve } from '@hawser/runtime';
import { Controller, Module } from '@nestjs/common';
import { access, server } from './examples.js';

@Controller()
class StandIns {
  @Handles(checkHealth)
  health(): Promise<Health> {
    return Promise.resolve({ ok: true, database_ms: 0 });
  }

  @Handles(authorise)
  authorise(request: Authorise): Promise<Access> {
    return Promise.resolve(request.token_hash === undefined ? { ...access, role: null } : access);
  }

  @Handles(getWorkspaceServer)
  get(request: WorkspaceServerRef): Promise<WorkspaceServer> {
    return Promise.resolve({ ...server, id: request.server_id });
  }
}

@Module({ controllers: [StandIns] })
class StandInModule {}

const bus = await NatsBus.connect({ url: process.env.NATS_URL ?? '', name: 'bench-stand-in' });
const module = { module: StandInModule };
await serve({
  service: 'stand-in',
  module,
  bus,
  events: JetStreamEvents.over(bus),
  logger: ['warn', 'error'],
});
const port = Number(process.env.HAWSER_PORT);
await OperationsServer.start({ host: '127.0.0.1', port, checks: { bus: () => bus.flush() } });
process.once('SIGTERM', () => process.exit(0));
