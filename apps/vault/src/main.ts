import { Egress, EgressPolicy } from '@hawser/egress';
import { runService } from '@hawser/runtime/database';
import { VaultModule } from './app.module.js';
import { vaultVariables } from './config.js';
import { vaultDatabase } from './database/database.js';
import { KeyRing } from './keys/key-ring.js';

runService({
  name: 'vault',
  environment: process.env,
  variables: vaultVariables,
  database: vaultDatabase,
  module: ({ database, publisher, bus, config }) =>
    VaultModule.register({
      database,
      publisher,
      bus,
      keys: KeyRing.parse(config.HAWSER_MASTER_KEYS),
      egress: new Egress({ policy: EgressPolicy.allowing(config.HAWSER_EGRESS_ALLOW) }),
      redirectAllow: config.HAWSER_REDIRECT_ALLOW,
    }),
});
