import { startChild } from './child.js';
import { programOf, services, type Service } from './plan.js';
import { ProcessError } from './process-error.js';

export interface MigrationOptions {
  databaseUrls: Record<Service, string>;
  passedOn: Record<string, string>;
  /** Takes each line that a migration writes. */
  output: (name: string, line: string) => void;
  asked: AbortSignal;
}

/**
 * Runs each service's migrations to their end.
 * @throws ProcessError one of them failed
 */
export async function runMigrations({
  databaseUrls,
  passedOn,
  output,
  asked,
}: MigrationOptions): Promise<void> {
  const level = passedOn['HAWSER_LOG_LEVEL'];
  await Promise.all(
    services.map(async (service) => {
      const child = startChild({
        program: programOf(service, 'migrate'),
        environment: {
          DATABASE_URL: databaseUrls[service],
          ...(level === undefined ? {} : { HAWSER_LOG_LEVEL: level }),
        },
        output: (line) => output(service, line),
      });
      asked.addEventListener('abort', () => child.process.kill('SIGTERM'), { once: true });
      const how = await child.exited;
      if (how !== 'exit code 0')
        throw new ProcessError(`the migrations of ${service} failed (${how}); its last lines say why`);
    }),
  );
}
