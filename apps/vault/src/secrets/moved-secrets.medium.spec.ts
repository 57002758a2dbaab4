import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { Logger } from '@nestjs/common';
import { KeyRoom, masterKey } from '../testing/key-room.js';
import type { SecretOwner } from './secrets.js';

let database: TestDatabase;
let room: KeyRoom;
let said: string[];

beforeEach(() => {
  said = [];
  const note = (line: string): void => void said.push(line);
  Logger.overrideLogger({ log: note, warn: note, error: note });
});
beforeAll(async () => {
  database = await testDatabase();
  room = await KeyRoom.open(database.url, masterKey('k1'));
});
afterAll(async () => {
  await room.close();
  await database.drop();
});

async function written(workspaceId = `ws_${randomUUID()}`): Promise<SecretOwner> {
  const owner = { workspaceId, ownerId: `cred_${randomUUID()}` };
  await room.put(owner, { value: 'the value' });
  expect(await room.secrets.read(owner)).toEqual({ value: 'the value' });
  return owner;
}

/** What whoever can write to the database does to a ciphertext that is not meant for the reader. */
async function expectRefused(reader: SecretOwner): Promise<void> {
  await expect(room.secrets.read(reader)).rejects.toMatchObject({ code: 'secret_encryption_unavailable' });
}

async function move(from: SecretOwner, to: SecretOwner): Promise<void> {
  await room.query(`DELETE FROM secrets WHERE workspace_id = $1 AND owner_id = $2`, [
    to.workspaceId,
    to.ownerId,
  ]);
  await room.query(
    `UPDATE secrets SET workspace_id = $3, owner_id = $4 WHERE workspace_id = $1 AND owner_id = $2`,
    [from.workspaceId, from.ownerId, to.workspaceId, to.ownerId],
  );
}

/** Wraps a workspace's data key as if it had been made for another place: so that only the secret's own binding is left. */
async function rewrapFor(from: string, place: { workspaceId: string; version: number }): Promise<void> {
  const [row] = await room.query<{ master_key_id: string; wrapped_key: Buffer }>(
    `SELECT master_key_id, wrapped_key FROM data_keys WHERE workspace_id = $1 AND version = 1`,
    [from],
  );
  if (row === undefined) throw new Error(`${from} has no data key`);
  const key = await room.encryption.unwrap(row, { workspaceId: from, version: 1 });
  const wrapped = await room.encryption.wrap(key, place);
  await room.query(
    `INSERT INTO data_keys (workspace_id, version, master_key_id, wrapped_key) VALUES ($1, $2, $3, $4)
     ON CONFLICT (workspace_id, version) DO UPDATE SET wrapped_key = excluded.wrapped_key`,
    [place.workspaceId, place.version, wrapped.master_key_id, wrapped.wrapped_key],
  );
}

const withVersion = (owner: SecretOwner, version: number): Promise<unknown> =>
  room.query(`UPDATE secrets SET key_version = $2 WHERE workspace_id = $1`, [owner.workspaceId, version]);

describe('a ciphertext does not open', () => {
  it('as that of another owner of the workspace', async () => {
    const victim = await written();
    const other = await written(victim.workspaceId);
    await move(victim, other);
    await expectRefused(other);
    expect(said).toEqual([
      `the value of "${other.ownerId}" does not open: what is stored is not what was encrypted for it ` +
        `(workspace ${other.workspaceId})`,
    ]);
  });

  it('as another field of its owner', async () => {
    const owner = await written();
    await room.query(`UPDATE secrets SET field = 'client_secret' WHERE workspace_id = $1`, [
      owner.workspaceId,
    ]);
    await expectRefused(owner);
  });

  it('in another workspace with a key of its own', async () => {
    const [victim, other] = [await written(), await written()];
    const there = { ...victim, workspaceId: other.workspaceId };
    await move(victim, there);
    await expectRefused(there);
  });

  it('in another workspace with its data key moved there too', async () => {
    const victim = await written();
    const there = { ...victim, workspaceId: `ws_${randomUUID()}` };
    await room.query(
      `INSERT INTO data_keys SELECT $2, version, master_key_id, wrapped_key FROM data_keys WHERE workspace_id = $1`,
      [victim.workspaceId, there.workspaceId],
    );
    await move(victim, there);
    await expectRefused(there);
  });

  it('in another workspace that was even given the same data key', async () => {
    const victim = await written();
    const there = { ...victim, workspaceId: `ws_${randomUUID()}` };
    await rewrapFor(victim.workspaceId, { workspaceId: there.workspaceId, version: 1 });
    await move(victim, there);
    await expectRefused(there);
  });

  it('by another version of the key', async () => {
    const owner = await written();
    await room.query(`UPDATE data_keys SET created_at = now() - interval '2 years' WHERE workspace_id = $1`, [
      owner.workspaceId,
    ]);
    await written(owner.workspaceId);
    await withVersion(owner, 2);
    await expectRefused(owner);
  });

  it('by another version, into which its own key was copied', async () => {
    const owner = await written();
    await room.query(
      `INSERT INTO data_keys SELECT workspace_id, 2, master_key_id, wrapped_key FROM data_keys WHERE workspace_id = $1`,
      [owner.workspaceId],
    );
    await withVersion(owner, 2);
    await expectRefused(owner);
  });

  it('by another version that even has the same key', async () => {
    const owner = await written();
    await rewrapFor(owner.workspaceId, { workspaceId: owner.workspaceId, version: 2 });
    await withVersion(owner, 2);
    await expectRefused(owner);
  });

  it('with any byte of it changed', async () => {
    const owner = await written();
    const flip = (at: number): Promise<unknown> =>
      room.query(
        `UPDATE secrets SET sealed = set_byte(sealed, $2, get_byte(sealed, $2) # 1) WHERE workspace_id = $1`,
        [owner.workspaceId, at],
      );
    const bytes = 12 + 'the value'.length + 16;
    for (let at = 0; at < bytes; at += 1) {
      await flip(at);
      await expectRefused(owner);
      await flip(at);
    }
    expect(await room.secrets.read(owner)).toEqual({ value: 'the value' });
  });

  it('with a byte of its wrapped key changed, or that key under another name', async () => {
    const owner = await written();
    const change = (set: string): Promise<unknown> =>
      room.query(`UPDATE data_keys SET ${set} WHERE workspace_id = $1`, [owner.workspaceId]);
    await change(`wrapped_key = set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1)`);
    await expectRefused(owner);
    await change(`wrapped_key = set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1)`);
    await change(`master_key_id = 'k2'`);
    await expectRefused(owner);
  });

  it('when it is that of an older value, put back under a newer key', async () => {
    const owner = await written();
    const [before] = await room.query<{ sealed: Buffer }>(
      `SELECT sealed FROM secrets WHERE workspace_id = $1`,
      [owner.workspaceId],
    );
    await room.query(`UPDATE data_keys SET created_at = now() - interval '2 years' WHERE workspace_id = $1`, [
      owner.workspaceId,
    ]);
    await room.put(owner, { value: 'a newer value' });
    await room.query(`UPDATE secrets SET sealed = $2 WHERE workspace_id = $1`, [
      owner.workspaceId,
      before?.sealed,
    ]);
    await expectRefused(owner);
  });
});
