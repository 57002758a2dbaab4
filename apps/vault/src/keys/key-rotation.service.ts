import { ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import { vaultChanged, type KeyRotation as KeyRotationAnswer } from '@hawser/contracts/vault';
import { UnitOfWork } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { KeyEncryption } from './key-encryption.js';
import { KeyRotation } from './key-rotation.js';

@Injectable()
export class KeyRotationService {
  constructor(
    private readonly rotation: KeyRotation,
    private readonly encryption: KeyEncryption,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** @throws ServiceError forbidden */
  async rotate(context: CallContext): Promise<KeyRotationAnswer> {
    if (context.actor.role !== 'OWNER') {
      throw new ServiceError('forbidden', "only an OWNER may rotate the workspace's keys");
    }
    const workspaceId = workspaceOf(context);
    return this.unitOfWork.run(context, async (transaction) => {
      const counts = await this.rotation.rotate(transaction.manager, workspaceId);
      if (counts.rewrapped > 0) {
        await transaction.emit(vaultChanged, {
          entity: 'data_keys',
          fact: 'updated',
          id: workspaceId,
          name: null,
          fields: ['master_key_id'],
        });
      }
      return { master_key: this.encryption.activeKeyId, ...counts };
    });
  }
}
