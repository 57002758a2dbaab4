import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { KeyRoom, masterKey } from '../testing/key-room.js';
import type { SealedSecret, SecretOwner } from './secrets.js';

const refused = expect.objectContaining({ code: 'secret_encryption_unavailable' });
const keys = masterKey('k1');

let database: TestDatabase;
let room: KeyRoom;

beforeAll(async () => {
  database = await testDatabase();
  room = await KeyRoom.open(database.url, keys);
});
afterAll(async () => {
  await room.close();
  await database.drop();
});

/** Of a workspace that nobody has written to. */
const owner = (workspaceId = `ws_${randomUUID()}`): SecretOwner => ({
  workspaceId,
  ownerId: `cred_${randomUUID()}`,
});
const versionsOf = async (workspaceId: string): Promise<number[]> =>
  (
    await room.query<{ version: number }>(
      `SELECT version FROM data_keys WHERE workspace_id = $1 ORDER BY version`,
      [workspaceId],
    )
  ).map(({ version }) => version);
const keyVersionOf = async ({ workspaceId, ownerId }: SecretOwner): Promise<number | undefined> =>
  (
    await room.query<{ key_version: number }>(
      `SELECT key_version FROM secrets WHERE workspace_id = $1 AND owner_id = $2`,
      [workspaceId, ownerId],
    )
  )[0]?.key_version;

describe('secrets', () => {
  it('come back as they were put, and are nowhere to be read in the table', async () => {
    const mine = owner();
    const values = { value: 'plain-text-canary ✓ 🔑', refresh_token: '' };
    await room.put(mine, values);
    expect(await room.secrets.read(mine)).toEqual(values);
    const [row] = await room.query<{ sealed: Buffer }>(
      `SELECT sealed FROM secrets WHERE workspace_id = $1 AND field = 'value'`,
      [mine.workspaceId],
    );
    expect(row?.sealed.includes('canary')).toBe(false);
  });

  it('are replaced, removed by null, and left alone when they are not named', async () => {
    const mine = owner();
    await room.put(mine, { value: 'a', refresh_token: 'b', client_secret: 'c' });
    await room.put(mine, { value: 'A', refresh_token: null });
    expect(await room.secrets.read(mine)).toEqual({ value: 'A', client_secret: 'c' });
  });

  it('can be read before the commit by who wrote them, and by nobody else', async () => {
    const mine = owner();
    await room.dataSource.transaction(async (manager) => {
      await room.secrets.put(manager, mine, { value: 'a' });
      expect(await room.secrets.read(mine, manager)).toEqual({ value: 'a' });
      expect(await room.secrets.read(mine)).toEqual({});
    });
  });

  it('go with their owner, and with their workspace, whose keys go too', async () => {
    const mine = owner();
    const [sibling, stranger] = [owner(mine.workspaceId), owner()];
    for (const each of [mine, sibling, stranger]) await room.put(each, { value: 'a', code_verifier: 'b' });
    await room.dataSource.transaction((manager) => room.secrets.remove(manager, mine));
    expect(await room.secrets.read(mine)).toEqual({});
    expect(await room.secrets.read(sibling)).toEqual({ value: 'a', code_verifier: 'b' });
    await room.dataSource.transaction((manager) => room.secrets.removeAllOf(manager, mine.workspaceId));
    expect(await versionsOf(mine.workspaceId)).toEqual([]);
    expect(await room.secrets.read(sibling)).toEqual({});
    expect(await room.secrets.read(stranger)).toEqual({ value: 'a', code_verifier: 'b' });
  });

  it('of several owners and workspaces are opened in the order given', async () => {
    const first = owner();
    const owners = [first, owner(), owner(first.workspaceId)];
    await Promise.all(owners.map((each, index) => room.put(each, { value: `value ${index}` })));
    const rows = await room.query<SealedSecret>(
      `SELECT s.*, k.master_key_id, k.wrapped_key
         FROM unnest($1::text[]) WITH ORDINALITY AS wanted (id, place)
         JOIN secrets s ON s.owner_id = wanted.id
         JOIN data_keys k ON k.workspace_id = s.workspace_id AND k.version = s.key_version ORDER BY place`,
      [owners.map(({ ownerId }) => ownerId)],
    );
    expect(await room.secrets.open(rows)).toEqual(['value 0', 'value 1', 'value 2']);
    expect(await room.secrets.open([])).toEqual([]);
  });
});

describe("a workspace's data key", () => {
  let other: KeyRoom;
  beforeAll(async () => void (other = await KeyRoom.open(database.url, keys)));
  afterAll(() => other.close());

  /** Ten writes of each of two processes at once; every one of them must be readable by the other. */
  async function bothWrite(workspaceId: string): Promise<void> {
    const owners = Array.from({ length: 20 }, () => owner(workspaceId));
    await Promise.all(
      owners.map((each, index) => (index % 2 === 0 ? room : other).put(each, { value: each.ownerId })),
    );
    const read = await Promise.all(
      owners.map((each, index) => (index % 2 === 0 ? other : room).secrets.read(each)),
    );
    expect(read).toEqual(owners.map(({ ownerId }) => ({ value: ownerId })));
  }

  it('is made once, when two processes write the first secrets at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { workspaceId } = owner();
      await bothWrite(workspaceId);
      expect(await versionsOf(workspaceId)).toEqual([1]);
    }
  });

  it('is of the workspace alone', async () => {
    const owners = [owner(), owner()];
    for (const each of owners) await room.put(each, { value: 'a' });
    const rows = await room.query<{ wrapped_key: Buffer; workspace_id: string }>(
      `SELECT workspace_id, wrapped_key FROM data_keys WHERE workspace_id = ANY($1)`,
      [owners.map(({ workspaceId }) => workspaceId)],
    );
    const opened = await Promise.all(
      rows.map(({ workspace_id, wrapped_key }) =>
        room.encryption.unwrap(
          { master_key_id: 'k1', wrapped_key },
          { workspaceId: workspace_id, version: 1 },
        ),
      ),
    );
    expect(opened.map((key) => key.length)).toEqual([32, 32]);
    expect(opened[0]?.equals(opened[1] as Buffer)).toBe(false);
  });

  it('seals for a year; then the next write makes another one, once, and the old one still opens', async () => {
    const old = owner();
    await room.put(old, { value: 'old' });
    const age = (days: number): Promise<unknown> =>
      room.query(
        `UPDATE data_keys SET created_at = now() - make_interval(days => $2) WHERE workspace_id = $1`,
        [old.workspaceId, days],
      );
    await age(364);
    await bothWrite(old.workspaceId);
    expect(await versionsOf(old.workspaceId)).toEqual([1]);
    await age(366);
    await bothWrite(old.workspaceId);
    expect(await versionsOf(old.workspaceId)).toEqual([1, 2]);
    expect([await keyVersionOf(old), await room.secrets.read(old)]).toEqual([1, { value: 'old' }]);
    await room.put(old, { value: 'new' });
    expect([await keyVersionOf(old), await room.secrets.read(old)]).toEqual([2, { value: 'new' }]);
  });

  it('is not made by a write that fails', async () => {
    const mine = owner();
    const failing = room.dataSource.transaction(async (manager) => {
      await room.secrets.put(manager, mine, { value: 'a' });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await versionsOf(mine.workspaceId)).toEqual([]);
  });
});

describe('a ring that lacks the key', () => {
  it('opens nothing and seals nothing that needs it, and says which it is', async () => {
    const mine = owner();
    await room.put(mine, { value: 'a' });
    const retired = room.with(masterKey('k2'));
    const told = expect.objectContaining({
      code: 'secret_encryption_unavailable',
      details: { workspace_id: mine.workspaceId, master_key_id: 'k1' },
    });
    await expect(retired.secrets.read(mine)).rejects.toEqual(told);
    await expect(retired.put(mine, { value: 'b' })).rejects.toEqual(told);
    await expect(room.with(masterKey('k1')).secrets.read(mine)).rejects.toEqual(refused);
    expect(await room.secrets.read(mine)).toEqual({ value: 'a' });
  });
});
