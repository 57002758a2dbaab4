import { BusClient } from '@hawser/messaging';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AccessGuard } from './access/access.guard.js';
import { BearerStrategy } from './access/bearer.strategy.js';
import { DirectoryApiModule } from './api/directory/directory-api.module.js';
import { HealthModule } from './api/health/health.module.js';
import { TiersApiModule } from './api/tiers/tiers-api.module.js';
import { ShapePipe } from './http/shape.pipe.js';
import { ProblemFilter } from './problems/problem.filter.js';

@Module({})
class BusModule {
  static register(bus: BusClient): DynamicModule {
    return {
      module: BusModule,
      global: true,
      providers: [{ provide: BusClient, useValue: bus }],
      exports: [BusClient],
    };
  }
}

/** HTTP in, messages out: authentication, roles, and one call a route. */
@Module({
  imports: [TiersApiModule, DirectoryApiModule, HealthModule],
  providers: [
    BearerStrategy,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_PIPE, useClass: ShapePipe },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
})
export class GatewayModule {
  static register(bus: BusClient): DynamicModule {
    return { module: GatewayModule, imports: [BusModule.register(bus)] };
  }
}
