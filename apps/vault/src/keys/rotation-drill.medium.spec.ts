import { randomBytes } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { sealSecret } from '../secrets/secret-cipher.js';
import type { SecretOwner } from '../secrets/secrets.js';
import { KeyRoom, masterKey } from '../testing/key-room.js';

const workspaces = 500;
const credentialsEach = 20;
const readers = 20;
/** There and back between two master keys, so that reads meet each row on its way many times. */
const rotations = 8;

const [first, second] = [masterKey('k1'), masterKey('k2')];

let database: TestDatabase;
let room: KeyRoom;

beforeAll(async () => {
  database = await testDatabase();
  room = await KeyRoom.open(database.url, `${first},${second}`);
});
afterAll(async () => {
  await room.close();
  await database.drop();
});

const valueOf = ({ workspaceId, ownerId }: SecretOwner): string => `value of ${ownerId} in ${workspaceId}`;

/** By itself each write is two statements; so many at once are three in all. */
async function fill(): Promise<SecretOwner[]> {
  const ids = Array.from({ length: workspaces }, (_, n) => `ws_${n}`);
  const keys = await Promise.all(
    ids.map(async (workspaceId) => {
      const key = randomBytes(32);
      const { wrapped_key } = await room.encryption.wrap(key, { workspaceId, version: 1 });
      return { workspaceId, key, wrapped_key };
    }),
  );
  const owners = ids.flatMap((workspaceId) =>
    Array.from({ length: credentialsEach }, (_, n) => ({ workspaceId, ownerId: `cred_${workspaceId}_${n}` })),
  );
  const sealed = owners.map((owner, index) => {
    const key = keys[Math.floor(index / credentialsEach)]?.key as Buffer;
    const place = { workspace_id: owner.workspaceId, owner_id: owner.ownerId, key_version: 1 };
    return sealSecret(key, { ...place, field: 'value' }, valueOf(owner));
  });
  await room.query(
    `INSERT INTO data_keys (workspace_id, version, master_key_id, wrapped_key)
     SELECT id, 1, 'k1', key FROM unnest($1::text[], $2::bytea[]) AS new (id, key)`,
    [ids, keys.map(({ wrapped_key }) => wrapped_key)],
  );
  const columns = [owners.map(({ workspaceId }) => workspaceId), owners.map(({ ownerId }) => ownerId)];
  await room.query(
    `INSERT INTO credentials (workspace_id, id, name, type, status, version)
     SELECT workspace_id, id, id, 'bearer', 'active', 1
       FROM unnest($1::text[], $2::text[]) AS new (workspace_id, id)`,
    columns,
  );
  await room.query(
    `INSERT INTO secrets (workspace_id, owner_id, field, key_version, sealed)
     SELECT workspace_id, id, 'value', 1, sealed
       FROM unnest($1::text[], $2::text[], $3::bytea[]) AS new (workspace_id, id, sealed)`,
    [...columns, sealed],
  );
  return owners;
}

/** Where each row version is, and which transaction wrote it: another sum means that a row was written again. */
async function rowVersionsOf(table: 'secrets' | 'credentials'): Promise<{ rows: number; sum: string }> {
  const [versions] = await room.query<{ rows: number; sum: string }>(
    `SELECT count(*)::int AS rows, md5(string_agg(ctid::text || xmin::text, ' ' ORDER BY ctid)) AS sum
       FROM ${table}`,
  );
  if (versions === undefined) throw new Error('a count returned no row');
  return versions;
}

it('rotating while others read fails no read, and writes no row of a secret or credential', async () => {
  const owners = await fill();
  const before = { secrets: await rowVersionsOf('secrets'), credentials: await rowVersionsOf('credentials') };
  expect([before.secrets.rows, before.credentials.rows]).toEqual([10_000, 10_000]);

  let reading = true;
  let reads = 0;
  const failures: unknown[] = [];
  const loops = Array.from({ length: readers }, async (_, reader) => {
    // Each begins elsewhere and takes steps of its own, so that together they are everywhere.
    for (let at = reader * 500; reading; at += 7 + reader) {
      const owner = owners[at % owners.length] as SecretOwner;
      const { value } = await room.secrets.read(owner).catch((error: unknown) => ({ value: String(error) }));
      if (value !== valueOf(owner)) failures.push(value);
      reads += 1;
    }
  });
  const began = performance.now();
  const moved: number[] = [];
  for (let turn = 0; turn < rotations; turn += 1) {
    const rotator = room.with(turn % 2 === 0 ? `${second},${first}` : `${first},${second}`);
    moved.push((await rotator.rotation.rotateAll()).rewrapped);
  }
  const tookMs = Math.round(performance.now() - began);
  reading = false;
  await Promise.all(loops);

  process.stdout.write(
    `${rotations} rotations of ${workspaces} data keys in ${tookMs} ms, ${reads} reads meanwhile, ${failures.length} failed\n`,
  );
  expect(failures).toEqual([]);
  expect(reads).toBeGreaterThan(readers * 10);
  expect(moved).toEqual(Array(rotations).fill(workspaces));
  expect({
    secrets: await rowVersionsOf('secrets'),
    credentials: await rowVersionsOf('credentials'),
  }).toEqual(before);
});
