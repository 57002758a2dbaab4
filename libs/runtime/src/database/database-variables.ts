import { programVariables } from '../program-variables.js';
import { count, databaseUrl } from '../variables.js';

const databaseVariables = {
  DATABASE_URL: databaseUrl(),
  HAWSER_DATABASE_POOL: count(2, 200)({ default: 10 }),
};

/** What every service with a database can be told; some have variables of their own besides. */
export const serviceVariables = { ...programVariables, ...databaseVariables };

const { DATABASE_URL, HAWSER_LOG_LEVEL } = serviceVariables;

/** What a migration can be told. */
export const migrationVariables = { DATABASE_URL, HAWSER_LOG_LEVEL };
