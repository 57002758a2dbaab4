import { spawn, type ChildProcess } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallContext } from '@hawser/contracts';
import { discloseCredentials, type DiscloseCredentials } from '@hawser/contracts/vault';
import { EmbeddedNats } from '@hawser/embedded-nats';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import { BusClient, type Bus } from '@hawser/messaging';
import { createDataSource, newId } from '@hawser/persistence';
import { connectToNats } from '@hawser/runtime';
import { eventually } from '@hawser/testing/eventually';
import { newDataDir } from '../../harness/data-dir.js';
import { report } from '../../harness/drill.js';
import { newMasterKey } from '../../harness/master-keys.js';
import { root } from '../../harness/program-run.js';
import { ServiceProcess } from '../../harness/service-process.js';

const workspaces = 500;
const credentialsEach = 20;
const clients = 20;
/** The program moves 100 data keys at a time; whoever holds this one stops it after two times. */
const heldAt = 250;
const movedBefore = 200;
const timeLimitMs = 120_000;

const [first, second] = [newMasterKey('k1'), newMasterKey('k2')];
const program = 'apps/vault/dist/rotate-keys.js';

interface Workspace {
  id: string;
  /** Value by credential. */
  values: Map<string, string>;
}

let folder: string;
let nats: EmbeddedNats;
let postgres: EmbeddedPostgres;
let database: ReturnType<typeof createDataSource>;
let bus: Bus;
let vault: ServiceProcess | undefined;
let all: Workspace[];

beforeAll(async () => {
  folder = await newDataDir();
  nats = await EmbeddedNats.start({});
  postgres = await EmbeddedPostgres.start({
    dataDir: folder,
    database: 'hawser',
    settings: { fsync: 'off' },
  });
  await ServiceProcess.migrate('vault', { DATABASE_URL: postgres.url });
  database = createDataSource({ url: postgres.url, schema: 'none', entities: [], migrations: [] });
  await database.initialize();
  bus = await connectToNats({ url: nats.url, name: 'key-rotation' });
  all = await fill();
}, timeLimitMs);
afterAll(async () => {
  await vault?.stop();
  await bus.close();
  await database.destroy();
  await nats.stop();
  await postgres.stop();
  await rm(folder, { recursive: true });
});

/** AES-256-GCM as it is in the database: nonce, ciphertext, tag; a JSON list is bound to it. */
function seal(key: Buffer, plain: Buffer | string, boundTo: unknown[]): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(JSON.stringify(boundTo)));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Written by hand, so that a version which no longer reads what an earlier one has stored fails here. */
async function fill(): Promise<Workspace[]> {
  const masterKey = Buffer.from(first.replace('k1:', ''), 'base64');
  const made = Array.from({ length: workspaces }, () => {
    const id = newId('ws');
    const key = randomBytes(32);
    const values = new Map(
      Array.from({ length: credentialsEach }, () => [newId('cred'), randomBytes(24).toString('base64')]),
    );
    const secrets = [...values].map(([credential, value]) => ({
      id,
      credential,
      sealed: seal(key, value, ['hawser.vault.secret.v1', id, credential, 'value', 1]),
    }));
    return { id, values, secrets, wrapped: seal(masterKey, key, ['hawser.vault.data-key.v1', id, 1, 'k1']) };
  });
  const secrets = made.flatMap((workspace) => workspace.secrets);
  const [ids, credentials] = [secrets.map(({ id }) => id), secrets.map(({ credential }) => credential)];
  await database.query(
    `INSERT INTO vault.data_keys (workspace_id, version, master_key_id, wrapped_key)
     SELECT id, 1, 'k1', key FROM unnest($1::text[], $2::bytea[]) AS new (id, key)`,
    [made.map(({ id }) => id), made.map(({ wrapped }) => wrapped)],
  );
  await database.query(
    `INSERT INTO vault.credentials (workspace_id, id, name, type, status, version)
     SELECT workspace_id, id, id, 'bearer', 'active', 1
       FROM unnest($1::text[], $2::text[]) AS new (workspace_id, id)`,
    [ids, credentials],
  );
  await database.query(
    `INSERT INTO vault.secrets (workspace_id, owner_id, field, key_version, sealed)
     SELECT workspace_id, id, 'value', 1, sealed
       FROM unnest($1::text[], $2::text[], $3::bytea[]) AS new (workspace_id, id, sealed)`,
    [ids, credentials, secrets.map(({ sealed }) => sealed)],
  );
  return made;
}

async function startVault(HAWSER_MASTER_KEYS: string): Promise<void> {
  await vault?.stop();
  const started = await ServiceProcess.start('vault', {
    NATS_URL: nats.url,
    DATABASE_URL: postgres.url,
    HAWSER_MASTER_KEYS,
  });
  vault = started;
  await eventually(async () => {
    if (started.hasEnded) throw new Error(started.output);
    return (await started.readiness()) === 200;
  }, 30_000);
}

/** Whether all credentials of the workspace are given out, with their values. */
async function isWhole(client: BusClient, { id, values }: Workspace): Promise<boolean> {
  const context: CallContext = {
    requestId: 'req_1',
    workspaceId: id,
    actor: { kind: 'user', id: 'tok_1', user_id: 'usr_1', role: 'OWNER' },
  };
  const request: DiscloseCredentials = {
    ids: [...values.keys()],
    names: [],
    subject: { kind: 'agent', id: 'agt_1' },
  };
  const { credentials } = await client.call(discloseCredentials, request, context);
  return (
    credentials.length === values.size && credentials.every((each) => each.value === values.get(each.id))
  );
}

/** Where each row version is, and which transaction wrote it: another sum means that a row was written again. */
async function rowVersions(): Promise<unknown> {
  return Promise.all(
    ['secrets', 'credentials'].map((table) =>
      database.query(
        `SELECT count(*)::int AS rows, md5(string_agg(ctid::text || xmin::text, ' ' ORDER BY ctid)) AS sum
           FROM vault.${table}`,
      ),
    ),
  );
}

async function movedKeys(): Promise<number> {
  const [row] = await database.query<{ moved: number }[]>(
    `SELECT count(*)::int AS moved FROM vault.data_keys WHERE master_key_id = 'k2'`,
  );
  return row?.moved ?? 0;
}

/** What is done while nobody else can change the data key at this place, in the order in which they are moved. */
async function holdingKey<T>(place: number, work: () => Promise<T>): Promise<T> {
  return database.transaction(async (manager) => {
    await manager.query(
      `SELECT FROM vault.data_keys WHERE (workspace_id, version) =
         (SELECT workspace_id, version FROM vault.data_keys ORDER BY workspace_id, version OFFSET $1 LIMIT 1)
       FOR NO KEY UPDATE`,
      [place],
    );
    return work();
  });
}

const environment = (): Record<string, string> => ({
  DATABASE_URL: postgres.url,
  HAWSER_MASTER_KEYS: `${second},${first}`,
});

function startRotation(): ChildProcess {
  return spawn(process.execPath, [join(root, program)], { cwd: root, env: environment(), stdio: 'ignore' });
}

it(
  'kill -9 of rotate-keys in the middle, under load, fails no read; run again it moves the rest',
  async () => {
    await startVault(`${second},${first}`);
    const before = await rowVersions();
    const client = new BusClient(bus);
    const failures: string[] = [];
    let [answers, reading] = [0, true];
    const loops = Array.from({ length: clients }, async (_, turn) => {
      // Each begins elsewhere and takes steps of its own, so that together they are everywhere.
      for (let at = turn * 25; reading; at += 7 + turn) {
        const workspace = all[at % all.length] as Workspace;
        const outcome = await isWhole(client, workspace).catch(String);
        if (outcome !== true) failures.push(`${workspace.id}: ${outcome || 'not whole'}`);
        answers += 1;
      }
    });

    const began = performance.now();
    const rotation = startRotation();
    const exited = once(rotation, 'exit');
    await holdingKey(heldAt, async () => {
      await eventually(async () => (await movedKeys()) >= movedBefore, 30_000);
      rotation.kill('SIGKILL');
      expect(await exited).toEqual([null, 'SIGKILL']);
    });
    const movedAtKill = await movedKeys();
    const again = await ServiceProcess.run(program, environment());
    const tookMs = Math.round(performance.now() - began);
    reading = false;
    await Promise.all(loops);

    report(
      `rotate-keys over ${workspaces} data keys, killed after ${movedAtKill}: ${tookMs} ms in all, ` +
        `${answers} answers of ${credentialsEach} credentials meanwhile, ${failures.length} failed`,
    );
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(clients);
    expect(movedAtKill).toBeLessThan(workspaces);
    expect(again).toEqual({
      code: 0,
      output: expect.stringContaining(`done: all ${workspaces} data keys are under the master key`),
    });
    expect(await movedKeys()).toBe(workspaces);
    expect(await rowVersions()).toEqual(before);

    await startVault(second);
    for (const workspace of all) expect(await isWhole(client, workspace)).toBe(true);
  },
  timeLimitMs,
);

it('without a key that is needed rotate-keys moves nothing, and says which it is', async () => {
  const refused = await ServiceProcess.run(program, {
    ...environment(),
    HAWSER_MASTER_KEYS: newMasterKey('k3'),
  });
  expect(refused).toEqual({
    code: 1,
    output: expect.stringMatching(
      new RegExp(
        `^hawser: HAWSER_MASTER_KEYS must have the key "k[12]": the secrets of ${workspaces} workspaces`,
      ),
    ),
  });
});
