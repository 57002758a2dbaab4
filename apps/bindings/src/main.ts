import { runService } from '@hawser/runtime/database';
import { BindingsModule } from './app.module.js';
import { bindingsVariables } from './config.js';
import { bindingsDatabase } from './database/database.js';

runService({
  name: 'bindings',
  environment: process.env,
  variables: bindingsVariables,
  database: bindingsDatabase,
  module: ({ database, publisher, bus, config }) =>
    BindingsModule.register({ database, publisher, bus, egressAllow: config.HAWSER_EGRESS_ALLOW }),
});
