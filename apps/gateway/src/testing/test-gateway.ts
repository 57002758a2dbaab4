import { authorise, type Access } from '@hawser/contracts/directory';
import { Broadcasts, BusClient } from '@hawser/messaging';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createGateway, type GatewayOptions } from '../gateway.js';
import { FakeBus } from './fake-bus.js';

export const token = `hws_live_${'x'.repeat(43)}`;

export const publicUrl = 'https://hawser.example.com';

/** What `directory` says of an OWNER, whatever agent and crew the path names. */
export const owner: Access = {
  actor: { kind: 'user', id: 'tok_1', user_id: 'usr_1', role: 'OWNER' },
  role: 'OWNER',
  scopes: null,
  workspace: { id: 'ws_1', slug: 'acme', name: 'Acme', plan: 'team', sandbox_of: null },
  agent: { id: 'agt_1', crew_id: 'crew_1', owner_id: null },
  crew_id: 'crew_1',
  expires_at: null,
};

export interface TestGateway {
  app: NestFastifyApplication;
  bus: FakeBus;
  /** From now on every caller is this one, or what becomes of asking. */
  callerIs(access: Access | Error): void;
}

/** The whole gateway on a bus where every caller is the OWNER until told otherwise; `app.inject` needs no port. */
export async function testGateway(
  options: Partial<Omit<GatewayOptions, 'bus' | 'broadcasts'>> = {},
): Promise<TestGateway> {
  const bus = new FakeBus();
  bus.answer(authorise, owner);
  // Services that are not there do not come back in these tests.
  const client = new BusClient(bus, { absenceMs: 0 });
  const app = await createGateway({
    bus: client,
    broadcasts: new Broadcasts(bus),
    corsOrigins: [],
    publicUrl,
    logger: [],
    ...options,
  });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const callerIs = (access: Access | Error): void => {
    bus.answer(authorise, access);
    // So that the gateway asks again.
    bus.loseConnection();
  };
  return { app, bus, callerIs };
}
