import { Module } from '@nestjs/common';
import { OAuthServersModule } from '../oauth/servers/oauth-servers.module.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { CredentialStore } from './credential-store.js';
import { CredentialHandler } from './credential.handler.js';
import { CredentialRepository } from './credential.repository.js';
import { CredentialService } from './credential.service.js';
import { CredentialUsers } from './credential-users.js';
import { GrantRevocation } from './grant-revocation.js';

@Module({
  imports: [TenantsModule, OAuthServersModule],
  controllers: [CredentialHandler],
  providers: [CredentialService, CredentialRepository, CredentialStore, CredentialUsers, GrantRevocation],
  exports: [CredentialStore, CredentialRepository, GrantRevocation, CredentialUsers],
})
export class CredentialsModule {}
