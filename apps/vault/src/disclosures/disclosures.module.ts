import { Module } from '@nestjs/common';
import { RefreshModule } from '../refresh/refresh.module.js';
import { AskedCredentialRepository } from './asked-credential.repository.js';
import { CredentialReader } from './credential-reader.js';
import { DisclosureHandler } from './disclosure.handler.js';
import { DisclosureLog } from './disclosure-log.js';
import { DisclosureRepository } from './disclosure.repository.js';
import { DisclosureService } from './disclosure.service.js';
import { LastUseRepository } from './last-use.repository.js';
import { LastUses } from './last-uses.js';

/** Gives out the values of credentials, and keeps the log of it. */
@Module({
  imports: [RefreshModule],
  controllers: [DisclosureHandler],
  providers: [
    DisclosureService,
    CredentialReader,
    AskedCredentialRepository,
    DisclosureLog,
    DisclosureRepository,
    LastUses,
    LastUseRepository,
  ],
})
export class DisclosuresModule {}
