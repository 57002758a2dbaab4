import { runService, serviceVariables } from '@hawser/runtime';
import { BindingsModule } from './app.module.js';
import { bindingsDatabase } from './database/database.js';

runService({
  name: 'bindings',
  environment: process.env,
  variables: serviceVariables,
  database: bindingsDatabase,
  module: ({ database, publisher }) => BindingsModule.register(database, publisher),
});
