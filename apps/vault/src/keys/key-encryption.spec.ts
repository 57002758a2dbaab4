import { randomBytes } from 'node:crypto';
import { ServiceError } from '@hawser/contracts';
import { KeyEncryption } from './key-encryption.js';
import { KeyRing } from './key-ring.js';

const masterKey = (): string => randomBytes(32).toString('base64');
const encryptionOf = (text: string): KeyEncryption => new KeyEncryption(KeyRing.parse(text));
const [first, second] = [masterKey(), masterKey()];
const place = { workspaceId: 'ws_1', version: 1 };
const dataKey = randomBytes(32);

const refused = expect.objectContaining({ code: 'secret_encryption_unavailable' });

describe('a wrapped data key', () => {
  const encryption = encryptionOf(`k1:${first}`);

  it('opens for the workspace and version that it was made for', async () => {
    const wrapped = await encryption.wrap(dataKey, place);
    expect(wrapped.master_key_id).toBe('k1');
    expect(wrapped.wrapped_key.includes(dataKey)).toBe(false);
    expect(await encryption.unwrap(wrapped, place)).toEqual(dataKey);
  });

  it('opens for no other', async () => {
    const wrapped = await encryption.wrap(dataKey, place);
    for (const other of [
      { workspaceId: 'ws_2', version: 1 },
      { workspaceId: 'ws_1', version: 2 },
    ]) {
      await expect(encryption.unwrap(wrapped, other)).rejects.toEqual(refused);
    }
  });

  it('does not open under the same key by another id', async () => {
    const both = encryptionOf(`k1:${first},k2:${first}`);
    const wrapped = await both.wrap(dataKey, place);
    await expect(both.unwrap({ ...wrapped, master_key_id: 'k2' }, place)).rejects.toEqual(refused);
  });

  it('opens while its master key is in the ring, active or not', async () => {
    const wrapped = await encryption.wrap(dataKey, place);
    const turned = encryptionOf(`k2:${second},k1:${first}`);
    expect(await turned.unwrap(wrapped, place)).toEqual(dataKey);
    expect((await turned.wrap(dataKey, place)).master_key_id).toBe('k2');
  });

  it('is refused under a retired master key, naming it', async () => {
    const wrapped = await encryption.wrap(dataKey, place);
    await expect(encryptionOf(`k2:${second}`).unwrap(wrapped, place)).rejects.toEqual(
      new ServiceError(
        'secret_encryption_unavailable',
        'the secrets of this workspace are encrypted under the master key "k1", ' +
          'which this vault does not have: an operator has to put it back',
      ),
    );
  });

  it('is refused under other bytes by the same id', async () => {
    const wrapped = await encryption.wrap(dataKey, place);
    await expect(encryptionOf(`k1:${second}`).unwrap(wrapped, place)).rejects.toEqual(refused);
  });
});
