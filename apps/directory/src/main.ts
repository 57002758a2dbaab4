import { runService } from '@hawser/runtime/database';
import { DirectoryModule } from './app.module.js';
import { directoryVariables } from './config.js';
import { directoryDatabase } from './database/database.js';
import { Bootstrap } from './demo/bootstrap.js';

runService({
  name: 'directory',
  environment: process.env,
  variables: directoryVariables,
  database: directoryDatabase,
  module: ({ database, publisher, bus }) => DirectoryModule.register(database, publisher, bus),
  serving: async (app, { HAWSER_BOOTSTRAP_TOKEN: token }) => {
    if (token !== undefined) await app.get(Bootstrap).run(token);
  },
});
