import { Egress } from '@hawser/egress';
import { BusClient, type Bus } from '@hawser/messaging';
import { PersistenceModule, type DatabaseOptions, type EventPublisher } from '@hawser/persistence';
import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { CredentialsModule } from './credentials/credentials.module.js';
import { DisclosuresModule } from './disclosures/disclosures.module.js';
import { KeyRing } from './keys/key-ring.js';
import { KeysModule } from './keys/keys.module.js';
import { OAuthFlowsModule } from './oauth/flows/oauth-flows.module.js';
import { RedirectAllowList } from './oauth/flows/redirect-allow-list.js';
import { RefreshModule } from './refresh/refresh.module.js';
import { SecretsModule } from './secrets/secrets.module.js';
import { TenantsModule } from './tenants/tenants.module.js';

export interface VaultParts {
  database: DatabaseOptions;
  publisher: EventPublisher;
  /** How it reaches `bindings` and `probe`. */
  bus: Bus;
  /** The master keys, the active one first. */
  keys: KeyRing;
  /** How it reaches authorization servers; the module closes it. */
  egress: Egress;
  /** Where browsers may be sent besides Hawser's own callback and loopback addresses. */
  redirectAllow: readonly string[];
}

/** What the rooms of the vault share with each other and get from outside. */
@Global()
@Module({})
class PartsModule implements OnApplicationShutdown {
  constructor(private readonly egress: Egress) {}

  static register({ bus, keys, egress, redirectAllow }: VaultParts): DynamicModule {
    return {
      module: PartsModule,
      providers: [
        { provide: BusClient, useValue: new BusClient(bus) },
        { provide: KeyRing, useValue: keys },
        { provide: Egress, useValue: egress },
        { provide: RedirectAllowList, useValue: new RedirectAllowList(redirectAllow) },
      ],
      exports: [BusClient, KeyRing, Egress, RedirectAllowList],
    };
  }

  /** Runs after the transports have drained, so that refreshes in flight still had their connections. */
  async onApplicationShutdown(): Promise<void> {
    await this.egress.close();
  }
}

/** Credentials, the keys that they are sealed with, and the sign-ins that fill and renew them. */
@Module({
  imports: [
    KeysModule,
    SecretsModule,
    CredentialsModule,
    RefreshModule,
    DisclosuresModule,
    OAuthFlowsModule,
    TenantsModule,
  ],
})
export class VaultModule {
  static register(parts: VaultParts): DynamicModule {
    return {
      module: VaultModule,
      imports: [PersistenceModule.register(parts.database, parts.publisher), PartsModule.register(parts)],
    };
  }
}
