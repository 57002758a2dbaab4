import { InstanceLockedError } from '@hawser/embedded-postgres';
import { runProgram, type Program } from '@hawser/runtime';
import { banner } from './banner.js';
import { readConfig } from './config.js';

const drainSeconds = 60;

runProgram(() => standaloneProgram(process.env));

function standaloneProgram(environment: NodeJS.ProcessEnv): Program {
  const began = performance.now();
  const config = readConfig(environment);
  return {
    drainSeconds,
    log: print,
    explain: (error) => (error instanceof InstanceLockedError ? error.message : undefined),
    start: async (started) => {
      const note = (line: string): unknown => process.stderr.write(`hawser: ${line}\n`);
      // Not sooner: to load every service takes longer than to say what is wrong with the configuration.
      const { startSystem } = await import('./system.js');
      const system = await startSystem(config, started, note);
      print(banner(system, performance.now() - began));
    },
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
