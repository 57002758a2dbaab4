import { runMigration } from '@hawser/runtime/database';
import { vaultDatabase } from './database/database.js';

runMigration({ name: 'vault', environment: process.env, database: vaultDatabase });
