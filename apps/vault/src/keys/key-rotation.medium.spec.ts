import { randomUUID } from 'node:crypto';
import { roles, type Actor } from '@hawser/contracts';
import { rotateKeys, vaultChanged } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { KeyRoom, masterKey } from '../testing/key-room.js';
import { KeysService } from '../testing/keys-service.js';

const [first, second] = [masterKey('k1'), masterKey('k2')];
const turned = `${second},${first}`;
const owner: Actor = { kind: 'user', id: 'tok_1', user_id: 'usr_1', role: 'OWNER' };

let database: TestDatabase;
let room: KeyRoom;

beforeEach(async () => {
  database = await testDatabase();
  room = await KeyRoom.open(database.url, turned);
});
afterEach(async () => {
  await room.close();
  await database.drop();
});

/** Does it for each, some at a time: who waits for a connection is given up after 3 s, however long the queue. */
async function each<T>(ids: readonly string[], work: (workspaceId: string) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  while (done.length < ids.length)
    done.push(...(await Promise.all(ids.slice(done.length, done.length + 10).map(work))));
  return done;
}

/** A secret in each of so many workspaces, under the first key; answers the workspaces in order. */
async function filled(workspaces: number): Promise<string[]> {
  const ids = Array.from({ length: workspaces }, () => `ws_${randomUUID()}`).sort();
  const old = room.with(first);
  await each(ids, (workspaceId) => old.put({ workspaceId, ownerId: 'cred_1' }, { value: workspaceId }));
  return ids;
}

const damage = (workspaceId: string | undefined): Promise<unknown> =>
  room.query(`UPDATE data_keys SET wrapped_key = '\\x00' WHERE workspace_id = $1`, [workspaceId]);

async function expectReadable(ids: readonly string[], ring: string): Promise<void> {
  const { secrets } = room.with(ring);
  const read = await each(ids, (workspaceId) => secrets.read({ workspaceId, ownerId: 'cred_1' }));
  expect(read).toEqual(ids.map((value) => ({ value })));
}

async function keyIds(): Promise<Record<string, number>> {
  const rows = await room.query<{ master_key_id: string; keys: number }>(
    `SELECT master_key_id, count(*)::int AS keys FROM data_keys GROUP BY 1 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ master_key_id, keys }) => [master_key_id, keys]));
}

describe('rotating the keys of a workspace', () => {
  let service: KeysService;
  beforeEach(async () => {
    service = new KeysService();
    await service.start(database.url, turned);
  });
  afterEach(() => service.stop());

  const told = (): Promise<{ subject: string; actor: Actor; data: object }[]> =>
    room.query(`SELECT envelope->'data' AS data, envelope->>'subject' AS subject, envelope->'actor' AS actor
                  FROM outbox`);

  it('moves its data keys of all versions, tells of it, and has nothing to do the second time', async () => {
    const [mine = '', ...others] = await filled(2);
    await room.query(`UPDATE data_keys SET created_at = now() - interval '2 years' WHERE workspace_id = $1`, [
      mine,
    ]);
    await room.with(first).put({ workspaceId: mine, ownerId: 'cred_2' }, { value: 'newer' });
    const rotate = (): Promise<unknown> => service.call(rotateKeys, {}, { workspaceId: mine, actor: owner });
    expect(await rotate()).toEqual({ master_key: 'k2', data_keys: 2, rewrapped: 2, remaining: 0 });
    expect(await rotate()).toEqual({ master_key: 'k2', data_keys: 2, rewrapped: 0, remaining: 0 });
    expect(await told()).toEqual([
      {
        subject: vaultChanged.subject,
        actor: owner,
        data: { entity: 'data_keys', fact: 'updated', id: mine, name: null, fields: ['master_key_id'] },
      },
    ]);
    expect(await keyIds()).toEqual({ k1: 1, k2: 2 });
    await expectReadable([mine], second);
    await expectReadable(others, first);
  });

  it.each<[string, Actor]>([
    ...roles
      .filter((role) => role !== 'OWNER')
      .map((role): [string, Actor] => [role, { kind: 'user', id: 'tok_1', role }]),
    ['an agent', { kind: 'agent', id: 'tok_1', agent_id: 'agt_1' }],
  ])('is refused to %s', async (_, actor) => {
    const [workspaceId = ''] = await filled(1);
    await expect(service.call(rotateKeys, {}, { workspaceId, actor })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await keyIds()).toEqual({ k1: 1 });
    expect(await told()).toEqual([]);
  });

  it('says what it could not move', async () => {
    const [workspaceId = ''] = await filled(3);
    await damage(workspaceId);
    expect(await service.call(rotateKeys, {}, { workspaceId, actor: owner })).toEqual({
      master_key: 'k2',
      data_keys: 1,
      rewrapped: 0,
      remaining: 1,
    });
    expect(await told()).toEqual([]);
  });
});

describe('rotating the keys of all workspaces', () => {
  it('moves them batch by batch, and says how far it is', async () => {
    const ids = await filled(230);
    const lines: string[] = [];
    const counts = await room.rotation.rotateAll({ log: (line) => void lines.push(line) });
    expect(counts).toEqual({ data_keys: 230, rewrapped: 230, remaining: 0 });
    expect(lines).toEqual(
      [100, 200, 230].map((moved) => `${moved} of 230 data keys moved under the master key "k2"`),
    );
    expect(await keyIds()).toEqual({ k2: 230 });
    await expectReadable(ids, second);
    expect(await room.rotation.rotateAll()).toEqual({ data_keys: 230, rewrapped: 0, remaining: 0 });
  });

  it('ends after the batch in hand when it is asked to, and goes on from there the next time', async () => {
    const ids = await filled(230);
    const stop = new AbortController();
    const ended = await room.rotation.rotateAll({ signal: stop.signal, log: () => stop.abort() });
    expect(ended).toEqual({ data_keys: 230, rewrapped: 100, remaining: 130 });
    expect(await keyIds()).toEqual({ k1: 130, k2: 100 });
    await expectReadable(ids, turned);
    expect(await room.rotation.rotateAll()).toEqual({ data_keys: 230, rewrapped: 130, remaining: 0 });
    await expectReadable(ids, second);
  });

  it('leaves a key that does not open as it is, and moves the others', async () => {
    const ids = await filled(120);
    await damage(ids[50]);
    expect(await room.rotation.rotateAll()).toEqual({ data_keys: 120, rewrapped: 119, remaining: 1 });
    await expectReadable(ids.toSpliced(50, 1), second);
  });

  it('may run several times at once: each key is moved by one of them', async () => {
    const ids = await filled(230);
    const others = await Promise.all([1, 2].map(() => KeyRoom.open(database.url, turned)));
    const counts = await Promise.all([room, ...others].map(({ rotation }) => rotation.rotateAll()));
    await Promise.all(others.map((other) => other.close()));
    expect(counts.reduce((sum, { rewrapped }) => sum + rewrapped, 0)).toBe(230);
    expect(await keyIds()).toEqual({ k2: 230 });
    await expectReadable(ids, second);
  });

  it('neither waits for a write of a secret that is under way, nor makes one wait', async () => {
    const [workspaceId = ''] = await filled(1);
    await room.dataSource.transaction(async (manager) => {
      const mine = { workspaceId, ownerId: 'cred_2' };
      await room.secrets.put(manager, mine, { value: 'before' });
      expect(await room.rotation.rotateAll()).toMatchObject({ rewrapped: 1 });
      await room.secrets.put(manager, mine, { refresh_token: 'after' });
    });
    expect(await room.with(second).secrets.read({ workspaceId, ownerId: 'cred_2' })).toEqual({
      value: 'before',
      refresh_token: 'after',
    });
  });
});
