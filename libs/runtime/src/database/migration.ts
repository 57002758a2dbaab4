import { runMigrations, type DatabaseOptions } from '@hawser/persistence';
import { readEnvironment } from '../environment.js';
import { createLogger } from '../logger.js';
import { migrationVariables } from './database-variables.js';

export interface Migration {
  name: string;
  environment: NodeJS.ProcessEnv;
  database: (url: string) => DatabaseOptions;
}

/** Runs a service's migrations as a program of its own; exits 0 when the schema is up to date, else 1. */
export function runMigration({ name, environment, database }: Migration): void {
  migrate().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`hawser: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );

  async function migrate(): Promise<void> {
    const config = readEnvironment(environment, migrationVariables);
    const logger = createLogger({ service: `${name}-migration`, level: config.HAWSER_LOG_LEVEL });
    await runMigrations(database(config.DATABASE_URL), {
      log: (line) => void logger.log(line, 'Migration'),
    });
  }
}
