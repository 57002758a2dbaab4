import { Module } from '@nestjs/common';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { OAuthServersModule } from '../oauth/servers/oauth-servers.module.js';
import { RefreshLeaseRepository } from './refresh-lease.repository.js';
import { RefreshWorker } from './refresh-worker.js';
import { RenewableCredentialRepository } from './renewable-credential.repository.js';
import { RenewalRequest } from './renewal-request.js';
import { TokenRefresher } from './token-refresher.js';
import { TokenRenewal } from './token-renewal.js';

@Module({
  imports: [CredentialsModule, OAuthServersModule],
  providers: [
    RefreshLeaseRepository,
    RenewableCredentialRepository,
    RenewalRequest,
    TokenRenewal,
    TokenRefresher,
    RefreshWorker,
  ],
  exports: [TokenRefresher],
})
export class RefreshModule {}
