import { randomBytes, randomUUID } from 'node:crypto';
import type { CallContext } from '@hawser/contracts';
import { completeOAuth, initiateOAuth, setOAuthClient } from '@hawser/contracts/vault';
import { BusClient, NatsBus } from '@hawser/messaging';
import { migrate, newId } from '@hawser/persistence';
import type { Started } from '@hawser/runtime';
import { vaultDatabase } from '@hawser/vault';
import pg from 'pg';
import { startBacking } from './backing.js';
import { Process } from './processes.js';
import { programOf } from './system.js';

export interface Vaults {
  client: BusClient;
  database: pg.Client;
}

/** Some processes of the vault, and what it takes to ask them. */
export async function startVaults(started: Started, processes: number): Promise<Vaults> {
  const { natsUrl, databaseUrl } = await startBacking(started);
  await migrate(vaultDatabase(databaseUrl));
  const environment = {
    NATS_URL: natsUrl,
    DATABASE_URL: databaseUrl,
    HAWSER_MASTER_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    HAWSER_EGRESS_ALLOW: '127.0.0.1/32',
  };
  for (let number = 0; number < processes; number++) {
    const vault = await Process.start(programOf('vault'), environment, '/readyz');
    started.add(vault, (it) => it.stop());
  }
  const bus = started.add(await NatsBus.connect({ url: natsUrl, name: 'bench' }), (it) => it.close());
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  started.add(database, (it) => it.end());
  return { client: new BusClient(bus), database };
}

/** Who asks: an agent, about itself. */
export function agentContext(workspaceId: string, agentId: string): CallContext {
  return {
    requestId: randomUUID(),
    workspaceId,
    actor: { kind: 'agent', id: 'tok_bench', agent_id: agentId },
  };
}

/** A credential of type oauth2 that has been signed in for at a token endpoint; answers its id. */
export async function signIn(
  { client, database }: Vaults,
  workspaceId: string,
  tokenUrl: string,
): Promise<string> {
  const actor = { kind: 'user', id: 'tok_bench', user_id: 'usr_bench', role: 'OWNER' } as const;
  const context = { requestId: randomUUID(), workspaceId, actor };
  const issuer = new URL(tokenUrl).origin;
  const provider = newId('oas');
  const metadata = {
    authorization_url: `${issuer}/authorize`,
    token_url: tokenUrl,
    revocation_url: null,
    registration_url: null,
    resource: null,
    scopes: [],
    token_auth_methods: [],
    iss_required: true,
    takes_client_documents: false,
  };
  await database.query(
    `INSERT INTO vault.oauth_servers (id, workspace_id, issuer, metadata) VALUES ($1, $2, $3, $4)`,
    [provider, workspaceId, issuer, metadata],
  );
  const credentials = { client_id: 'bench', client_secret: 'secret' };
  await client.call(setOAuthClient, { provider_id: provider, ...credentials }, context);
  const flow = { provider, public_url: 'http://127.0.0.1' };
  const { state, credential_id } = await client.call(initiateOAuth, flow, context);
  const { outcome } = await client.call(completeOAuth, { state, code: 'code', iss: issuer }, context);
  if (outcome !== 'connected') throw new Error(`the sign-in ended with ${outcome}`);
  return credential_id;
}
