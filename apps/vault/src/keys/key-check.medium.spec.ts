import { randomUUID } from 'node:crypto';
import { rotateKeys } from '@hawser/contracts/vault';
import { ConfigError } from '@hawser/runtime';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { Logger } from '@nestjs/common';
import { KeyRoom, masterKey } from '../testing/key-room.js';
import { KeysService } from '../testing/keys-service.js';

const [first, second] = [masterKey('k1'), masterKey('k2')];
const owner = { workspaceId: 'ws_1', actor: { kind: 'user', id: 'tok_1', role: 'OWNER' } } as const;

describe('the check of the keys at the start', () => {
  let database: TestDatabase;
  let room: KeyRoom;
  let said: string[];

  beforeEach(async () => {
    said = [];
    const note = (line: string): void => void said.push(line);
    Logger.overrideLogger({ log: note, warn: note, error: note });
    database = await testDatabase();
    room = await KeyRoom.open(database.url, `${first},${second}`);
  });
  afterEach(async () => {
    await room.close();
    await database.drop();
  });

  /** Data keys of so many workspaces under the ring's first key. */
  async function fill(ring: string, workspaces: number): Promise<void> {
    for (let n = 0; n < workspaces; n += 1) {
      const workspaceId = `ws_${randomUUID()}`;
      await room.with(ring).put({ workspaceId, ownerId: 'cred_1' }, { value: 'a' });
    }
  }
  const check = (ring: string): Promise<string[]> => room.with(ring).check.check();

  it('passes on an empty database, and where every key that is needed is there', async () => {
    expect(await check(first)).toEqual([]);
    await fill(first, 2);
    await fill(second, 1);
    expect(await check(`${second},${first}`)).toEqual(['k1', 'k2']);
    expect(await check(`${masterKey('k3')},${first},${second}`)).toEqual(['k1', 'k2']);
  });

  it('says which keys besides the active one are still needed', async () => {
    const start = (ring: string): Promise<void> => room.with(ring).check.onModuleInit();
    await fill(first, 2);
    await start(first);
    await start(`${second},${first}`);
    await fill(second, 1);
    await start(`${masterKey('k3')},${first},${second}`);
    expect(said).toEqual([
      'there are data keys under "k1": keep it in HAWSER_MASTER_KEYS until rotate-keys has run',
      'there are data keys under "k1", "k2": keep them in HAWSER_MASTER_KEYS until rotate-keys has run',
    ]);
  });

  it('names a key that is missing, how many need it, and what to do', async () => {
    await fill(first, 3);
    await fill(second, 1);
    await expect(check(second)).rejects.toEqual(
      new ConfigError(
        'HAWSER_MASTER_KEYS must have the key "k1": the secrets of 3 workspaces need it; ' +
          'put it back behind the active one, and take it away only after rotate-keys has run',
      ),
    );
    await expect(check(first)).rejects.toThrow(/the key "k2": the secrets of 1 workspace need it/);
  });

  it('names a key that is another one by the same id', async () => {
    await fill(first, 2);
    await expect(check(masterKey('k1'))).rejects.toEqual(
      new ConfigError(
        'HAWSER_MASTER_KEYS must have the key "k1" as it was, and not another one by this id: ' +
          'the secrets of 2 workspaces need it',
      ),
    );
  });

  it('does not take a damaged row for a wrong key', async () => {
    await fill(first, 3);
    await room.query(
      `UPDATE data_keys SET wrapped_key = '\\x00'
        WHERE workspace_id = (SELECT min(workspace_id) FROM data_keys)`,
    );
    expect(await check(first)).toEqual(['k1']);
  });

  it('ends the start of the service before it has answered anything', async () => {
    await fill(first, 1);
    const service = new KeysService();
    await expect(service.start(database.url, second)).rejects.toThrow(ConfigError);
    await expect(service.call(rotateKeys, {}, owner)).rejects.toMatchObject({
      code: 'secret_encryption_unavailable',
    });
    await service.start(database.url, first);
    expect(await service.call(rotateKeys, {}, owner)).toMatchObject({ master_key: 'k1' });
    await service.stop();
  });
});
