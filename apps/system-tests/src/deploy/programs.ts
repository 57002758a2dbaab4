import { bindingsVariables } from '@hawser/bindings';
import { directoryVariables } from '@hawser/directory';
import { gatewayVariables } from '@hawser/gateway';
import { probeVariables } from '@hawser/probe';
import { ConfigError, readEnvironment, type VariableSpecs } from '@hawser/runtime';
import { migrationVariables } from '@hawser/runtime/database';
import { vaultVariables } from '@hawser/vault';

/** What each program reads from its environment, under the name that Compose and Kubernetes give the program. */
export const programs: Readonly<Record<string, VariableSpecs>> = {
  gateway: gatewayVariables,
  directory: directoryVariables,
  bindings: bindingsVariables,
  vault: vaultVariables,
  probe: probeVariables,
  'directory-migration': migrationVariables,
  'bindings-migration': migrationVariables,
  'vault-migration': migrationVariables,
};

/** The programs that answer HTTP until they are told to stop. */
export const longRunning = Object.keys(programs).filter((name) => !name.endsWith('-migration'));

/** What is wrong with the variables that a program is given: one missing or of no use to it, or not known to it. */
export function wrongVariables(program: string, given: Record<string, string>): string[] {
  const specs = programs[program];
  if (specs === undefined) return [`${program} is none of the programs`];
  const unknown = Object.keys(given).filter((name) => !(name in specs));
  const complaints = unknown.map((name) => `${program} does not know ${name}`);
  try {
    readEnvironment(given, specs);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    complaints.push(`${program}: ${error.message}`);
  }
  return complaints;
}
