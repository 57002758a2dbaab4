import { Broadcasts, BusClient } from '@hawser/messaging';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { AccessCache } from './access/access-cache.js';
import { AccessGuard } from './access/access.guard.js';
import { BearerStrategy } from './access/bearer.strategy.js';
import { JwtStrategy } from './access/jwt.strategy.js';
import type { OidcOptions } from './access/oidc/oidc-options.js';
import { CredentialsApiModule } from './api/credentials/credentials-api.module.js';
import { DirectoryApiModule } from './api/directory/directory-api.module.js';
import { HealthModule } from './api/health/health.module.js';
import { OAuthApiModule } from './api/oauth/oauth-api.module.js';
import { TiersApiModule } from './api/tiers/tiers-api.module.js';
import { PublicUrl } from './http/public-url.js';
import { ShapePipe } from './http/shape.pipe.js';
import { ProblemFilter } from './problems/problem.filter.js';

export interface GatewayParts {
  bus: BusClient;
  broadcasts: Broadcasts;
  /** Whose JWTs are taken; left out, there are none but Hawser's own tokens. */
  oidc?: OidcOptions | undefined;
  /** Where callers reach the gateway; left out, where it listens. */
  publicUrl?: string | undefined;
}

/** What every part of the gateway may need. */
@Module({})
class PartsModule {
  static register({ bus, broadcasts, publicUrl }: GatewayParts): DynamicModule {
    return {
      module: PartsModule,
      global: true,
      providers: [
        { provide: BusClient, useValue: bus },
        { provide: Broadcasts, useValue: broadcasts },
        {
          provide: PublicUrl,
          inject: [HttpAdapterHost],
          useFactory: (host: HttpAdapterHost<FastifyAdapter>) => new PublicUrl(publicUrl, host),
        },
      ],
      exports: [BusClient, Broadcasts, PublicUrl],
    };
  }
}

/** HTTP in, messages out: authentication, roles, and one call a route. */
@Module({
  imports: [TiersApiModule, CredentialsApiModule, OAuthApiModule, DirectoryApiModule, HealthModule],
  providers: [
    AccessCache,
    BearerStrategy,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_PIPE, useClass: ShapePipe },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
})
export class GatewayModule {
  static register(parts: GatewayParts): DynamicModule {
    return {
      module: GatewayModule,
      imports: [PartsModule.register(parts)],
      providers: [
        {
          provide: JwtStrategy,
          inject: [AccessCache],
          useFactory: (callers: AccessCache) => new JwtStrategy(callers, parts.oidc),
        },
      ],
    };
  }
}
