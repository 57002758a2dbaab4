import { Global, Module } from '@nestjs/common';
import { SecretRepository } from '../secrets/secret.repository.js';
import { Secrets } from '../secrets/secrets.js';
import { DataKeyRepository } from './data-key.repository.js';
import { DataKeys } from './data-keys.js';
import { KeyCheck } from './key-check.js';
import { KeyEncryption } from './key-encryption.js';
import { KeyRotation } from './key-rotation.js';
import { KeyRotationHandler } from './key-rotation.handler.js';
import { KeyRotationService } from './key-rotation.service.js';

/** The keys, and the secrets that are sealed with them, for all rooms of the vault. */
@Global()
@Module({
  controllers: [KeyRotationHandler],
  providers: [
    KeyEncryption,
    KeyCheck,
    DataKeyRepository,
    DataKeys,
    KeyRotation,
    KeyRotationService,
    SecretRepository,
    Secrets,
  ],
  exports: [Secrets, KeyRotation, KeyEncryption],
})
export class KeysModule {}
