/** The vault within this process, behind a bare Fastify whose every request has it read credentials, one after the other. */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { findCredentialUsers, type CredentialUsage } from '@hawser/contracts/bindings';
import { createCredential } from '@hawser/contracts/vault';
import { Egress, EgressPolicy } from '@hawser/egress';
import { BusClient, Handles, InProcessEvents, MemoryHub } from '@hawser/messaging';
import { serve } from '@hawser/runtime';
import { CredentialReader, KeyRing, vaultDatabase, VaultModule } from '@hawser/vault';
import { Controller, Module } from '@nestjs/common';
import Fastify from 'fastify';
import pg from 'pg';

const reads = Number(process.env.BENCH_READS);
const credentials = Number(process.env.BENCH_CREDENTIALS);
const databaseUrl = process.env.DATABASE_URL ?? '';
const workspaces = Number(process.env.BENCH_WORKSPACES);
const workspaceOf = (number: number): string => `ws_bench_${number % workspaces}`;

/** Whom the vault asks about every new credential. */
@Controller()
class NothingUsesThem {
  @Handles(findCredentialUsers)
  find(): Promise<CredentialUsage> {
    return Promise.resolve({ uses: [] });
  }
}

@Module({ controllers: [NothingUsesThem] })
class BindingsStandIn {}

const hub = new MemoryHub();
const bus = hub.connect();
const events = new InProcessEvents();
const logger = ['warn' as const, 'error' as const];
await serve({ service: 'bindings', module: { module: BindingsStandIn }, bus, events, logger });
const vault = await serve({
  service: 'vault',
  module: VaultModule.register({
    database: vaultDatabase(databaseUrl),
    publisher: events,
    bus,
    keys: KeyRing.parse(`bench:${randomBytes(32).toString('base64')}`),
    egress: new Egress({ policy: EgressPolicy.allowing([]) }),
    redirectAllow: [],
  }),
  bus,
  events,
  logger,
});

const owner = { kind: 'user' as const, id: 'tok_bench', user_id: 'usr_bench', role: 'OWNER' as const };
const client = new BusClient(hub.connect());
const ids: string[] = [];
for (let number = 0; number < credentials; number++) {
  const request = {
    name: `credential-${number}`,
    type: 'bearer' as const,
    value: randomBytes(30).toString('base64url'),
  };
  const context = { requestId: 'bench', workspaceId: workspaceOf(number), actor: owner };
  ids.push((await client.call(createCredential, request, context)).id);
}

const database = new pg.Client({ connectionString: databaseUrl });
await database.connect();
await database.query('VACUUM ANALYZE');
await database.end();

const reader = vault.get(CredentialReader, { strict: false });
async function read(): Promise<string> {
  const number = Math.floor(Math.random() * credentials);
  const asked = { ids: [ids[number] ?? ''], names: [] };
  const [found] = await reader.read(workspaceOf(number), asked, 0);
  const value = found?.value;
  if (value == null) throw new Error(`${ids[number]} has no value`);
  return value;
}

const server = Fastify();
server.get('/', async () => {
  let characters = 0;
  for (let done = 0; done < reads; done++) characters += (await read()).length;
  return { characters };
});
await server.listen({ port: Number(process.env.HAWSER_PORT) });
process.once('SIGTERM', () => process.exit(0));
