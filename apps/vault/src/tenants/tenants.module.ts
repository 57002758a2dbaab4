import { DepartedTenantRepository, TenantRows, TenantService } from '@hawser/persistence';
import { Module } from '@nestjs/common';
import { TenantHandler } from './tenant.handler.js';
import { TenantRepository } from './tenant.repository.js';

/** Which workspaces are gone, so that nothing is made for them any more. */
@Module({
  controllers: [TenantHandler],
  providers: [TenantService, DepartedTenantRepository, { provide: TenantRows, useClass: TenantRepository }],
  exports: [TenantService],
})
export class TenantsModule {}
