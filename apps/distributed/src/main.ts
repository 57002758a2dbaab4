import { NoNatsServerError } from '@hawser/embedded-nats';
import { InstanceLockedError } from '@hawser/embedded-postgres';
import { runProgram, type Program } from '@hawser/runtime';
import { banner } from './banner.js';
import { readConfig } from './config.js';
import { logPrefix } from './log-prefix.js';
import { processNames } from './plan.js';
import { ProcessError } from './process-error.js';
import { RollingRestart } from './rolling-restart.js';
import { startSystem, type Output } from './system.js';

/** Gateways and services drain one after the other; NATS and PostgreSQL have limits of their own. */
const drainRounds = 2;
const serversStopSeconds = 80;
/** What a person can mend: their messages say how. */
const mendable = [ProcessError, InstanceLockedError, NoNatsServerError];

runProgram(() => distributedProgram(process.env));

function distributedProgram(environment: NodeJS.ProcessEnv): Program {
  const began = performance.now();
  const config = readConfig(environment);
  const { stdout } = process;
  // Undefined where it is not a terminal.
  const coloured = (stdout.hasColors as typeof stdout.hasColors | undefined)?.() ?? false;
  const prefixed = logPrefix(['hawser', ...processNames(config.replicas)], coloured);
  const print: Output = (name, line) => void stdout.write(`${prefixed(name, line)}\n`);
  const say = (line: string): void => print('hawser', line);
  return {
    drainSeconds: drainRounds * (config.drainSeconds + 5) + serversStopSeconds,
    log: say,
    explain: (error) =>
      mendable.some((kind) => error instanceof kind) ? (error as Error).message : undefined,
    start: async (started, asked) => {
      const rolling = new RollingRestart(say);
      process.on('SIGUSR2', () => void rolling.request());
      // The terminal was closed.
      process.once('SIGHUP', () => process.kill(process.pid, 'SIGTERM'));
      const system = await startSystem(config, started, asked, print);
      rolling.replicas = system.replicas;
      stdout.write(`${banner({ ...system, startedInMs: performance.now() - began })}\n`);
    },
  };
}
