import { Global, Module } from '@nestjs/common';
import { SecretRepository } from './secret.repository.js';
import { Secrets } from './secrets.js';

/** For all rooms of the vault: nobody else reads or writes a ciphertext. */
@Global()
@Module({ providers: [SecretRepository, Secrets], exports: [Secrets] })
export class SecretsModule {}
