import { ServiceError } from '@hawser/contracts';
import { Injectable } from '@nestjs/common';
import { open, seal } from './envelope.js';
import { KeyRing } from './key-ring.js';

/** A data key as the database has it. */
export interface WrappedKey {
  master_key_id: string;
  wrapped_key: Buffer;
}

/** Whose key it is. A wrapped key opens for nothing else. */
export interface DataKeyPlace {
  workspaceId: string;
  version: number;
}

/** The one class that knows master keys. It answers promises, so that a key management service can take its place. */
@Injectable()
export class KeyEncryption {
  constructor(private readonly ring: KeyRing) {}

  /** What `wrap` wraps with. */
  get activeKeyId(): string {
    return this.ring.activeId;
  }

  has(masterKeyId: string): boolean {
    return this.ring.key(masterKeyId) !== undefined;
  }

  wrap(dataKey: Buffer, place: DataKeyPlace): Promise<WrappedKey> {
    const id = this.ring.activeId;
    const masterKey = this.ring.key(id);
    if (masterKey === undefined) throw new Error('the ring lacks its active key');
    return Promise.resolve({
      master_key_id: id,
      wrapped_key: seal(masterKey, dataKey, boundTo(place, id)),
    });
  }

  /**
   * The data key; who asked for it zeroes it after use.
   * @throws ServiceError secret_encryption_unavailable the master key has been retired, or does not open it
   */
  async unwrap(wrapped: WrappedKey, place: DataKeyPlace): Promise<Buffer> {
    const id = wrapped.master_key_id;
    const masterKey = this.ring.key(id);
    if (masterKey === undefined) {
      throw unavailable(place, id, 'which this vault does not have: an operator has to put it back');
    }
    try {
      return await Promise.resolve(open(masterKey, wrapped.wrapped_key, boundTo(place, id)));
    } catch {
      throw unavailable(place, id, 'and do not open with it: the key, or what is stored, is not what it was');
    }
  }
}

/** A JSON list: no two places come to the same bytes. */
function boundTo({ workspaceId, version }: DataKeyPlace, masterKeyId: string): Buffer {
  return Buffer.from(JSON.stringify(['hawser.vault.data-key.v1', workspaceId, version, masterKeyId]));
}

function unavailable({ workspaceId }: DataKeyPlace, masterKeyId: string, why: string): ServiceError {
  return new ServiceError(
    'secret_encryption_unavailable',
    `the secrets of this workspace are encrypted under the master key "${masterKeyId}", ${why}`,
    { workspace_id: workspaceId, master_key_id: masterKeyId },
  );
}
