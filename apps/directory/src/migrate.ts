import { runMigration } from '@hawser/runtime/database';
import { directoryDatabase } from './database/database.js';

runMigration({ name: 'directory', environment: process.env, database: directoryDatabase });
