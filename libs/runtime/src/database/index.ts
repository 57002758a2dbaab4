export { migrationVariables, serviceVariables } from './database-variables.js';
export { runMigration } from './migration.js';
export { runService } from './service.js';
