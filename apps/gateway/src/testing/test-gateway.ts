import { authorise, type Access } from '@hawser/contracts/directory';
import { BusClient } from '@hawser/messaging';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createGateway } from '../gateway.js';
import { FakeBus } from './fake-bus.js';

export const token = `hws_live_${'x'.repeat(43)}`;

/** What `directory` says of an OWNER, whatever agent and crew the path names. */
export const owner: Access = {
  actor: { kind: 'user', id: 'tok_1', user_id: 'usr_1', role: 'OWNER' },
  role: 'OWNER',
  scopes: null,
  workspace: { id: 'ws_1', slug: 'acme', name: 'Acme', plan: 'team', sandbox_of: null },
  agent: { id: 'agt_1', crew_id: 'crew_1', owner_id: null },
  crew_id: 'crew_1',
};

export interface TestGateway {
  app: NestFastifyApplication;
  bus: FakeBus;
}

/** The whole gateway on a bus where every caller is the OWNER until told otherwise; `app.inject` needs no port. */
export async function testGateway(corsOrigins: string[] = []): Promise<TestGateway> {
  const bus = new FakeBus();
  bus.answer(authorise, owner);
  const app = await createGateway({ bus: new BusClient(bus), corsOrigins, logger: [] });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return { app, bus };
}
