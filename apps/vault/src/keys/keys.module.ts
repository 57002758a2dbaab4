import { Global, Module } from '@nestjs/common';
import { DataKeyRepository } from './data-key.repository.js';
import { DataKeys } from './data-keys.js';
import { KeyCheck } from './key-check.js';
import { KeyEncryption } from './key-encryption.js';
import { KeyRotation } from './key-rotation.js';
import { KeyRotationHandler } from './key-rotation.handler.js';
import { KeyRotationService } from './key-rotation.service.js';

/** The keys that secrets are sealed with, and the keys that those are wrapped with. */
@Global()
@Module({
  controllers: [KeyRotationHandler],
  providers: [KeyEncryption, KeyCheck, DataKeyRepository, DataKeys, KeyRotation, KeyRotationService],
  exports: [DataKeys, DataKeyRepository, KeyEncryption, KeyRotation],
})
export class KeysModule {}
