import { Broadcasts, BusClient } from '@hawser/messaging';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AccessCache } from './access/access-cache.js';
import { AccessGuard } from './access/access.guard.js';
import { BearerStrategy } from './access/bearer.strategy.js';
import { JwtStrategy } from './access/jwt.strategy.js';
import type { OidcOptions } from './access/oidc/oidc-options.js';
import { DirectoryApiModule } from './api/directory/directory-api.module.js';
import { HealthModule } from './api/health/health.module.js';
import { OAuthApiModule } from './api/oauth/oauth-api.module.js';
import { TiersApiModule } from './api/tiers/tiers-api.module.js';
import { ShapePipe } from './http/shape.pipe.js';
import { ProblemFilter } from './problems/problem.filter.js';

@Module({})
class BusModule {
  static register(bus: BusClient, broadcasts: Broadcasts): DynamicModule {
    return {
      module: BusModule,
      global: true,
      providers: [
        { provide: BusClient, useValue: bus },
        { provide: Broadcasts, useValue: broadcasts },
      ],
      exports: [BusClient, Broadcasts],
    };
  }
}

/** HTTP in, messages out: authentication, roles, and one call a route. */
@Module({
  imports: [TiersApiModule, OAuthApiModule, DirectoryApiModule, HealthModule],
  providers: [
    AccessCache,
    BearerStrategy,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_PIPE, useClass: ShapePipe },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
})
export class GatewayModule {
  /** `oidc` is whose JWTs are taken; left out, there are none but Hawser's own tokens. */
  static register(bus: BusClient, broadcasts: Broadcasts, oidc?: OidcOptions): DynamicModule {
    return {
      module: GatewayModule,
      imports: [BusModule.register(bus, broadcasts)],
      providers: [
        {
          provide: JwtStrategy,
          inject: [AccessCache],
          useFactory: (callers: AccessCache) => new JwtStrategy(callers, oidc),
        },
      ],
    };
  }
}
