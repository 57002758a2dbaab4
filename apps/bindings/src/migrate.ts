import { runMigration } from '@hawser/runtime/database';
import { bindingsDatabase } from './database/database.js';

runMigration({ name: 'bindings', environment: process.env, database: bindingsDatabase });
