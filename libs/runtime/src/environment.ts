import { cleanEnv, type CleanedEnv, type ValidatorSpec } from 'envalid';

/** A variable has a value that cannot be used; the message is one line and names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Their values are not printed. */
const secrets = new Set([
  'HAWSER_BOOTSTRAP_TOKEN',
  'HAWSER_MASTER_KEYS',
  'DATABASE_URL',
  'NATS_URL',
  'COMPOSIO_API_KEY',
]);

/** What a program can be told: a validator for each variable's name, see `variables`. */
export type VariableSpecs = Record<string, ValidatorSpec<unknown>>;

/**
 * Reads a program's variables once, before anything else starts. An empty value is an unset one, as compose files and
 * charts produce them; variables that are not asked for are left alone.
 * @throws ConfigError naming the first variable that cannot be used, or is needed and missing
 */
export function readEnvironment<Specs extends VariableSpecs>(
  environment: NodeJS.ProcessEnv,
  specs: Specs,
): CleanedEnv<Specs> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  return cleanEnv(given, specs, {
    reporter: ({ errors }) => {
      const [first] = Object.entries<Error | undefined>(errors);
      if (first !== undefined) throw new ConfigError(complaint(first[0], first[1], given));
    },
  });
}

function complaint(name: string, error: Error | undefined, given: NodeJS.ProcessEnv): string {
  const value = given[name];
  if (value === undefined) return `${name} must be set; see docs/configuration.md`;
  return `${name} ${error?.message ?? 'cannot be used'}${secrets.has(name) ? '' : ` (it is "${value}")`}`;
}
