import { realpath } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { readDataDir } from './config.js';
import { endLeftovers, endLeftoverServers } from './leftovers.js';
import { StateFile } from './state-file.js';
import { runningSupervisor } from './supervisor-lock.js';

const pollMs = 100;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Stops the system that runs on the data directory, as Ctrl-C would, and waits until it is down. */
async function stop(given: string): Promise<void> {
  const dataDir = await realpath(given).catch(() => given);
  const supervisor = await runningSupervisor(dataDir);
  if (supervisor !== undefined) {
    print(`Stopping process ${supervisor}, which finishes the requests in flight.`);
    process.kill(supervisor, 'SIGTERM');
    while ((await runningSupervisor(dataDir)) === supervisor) await delay(pollMs);
    return print('Stopped.');
  }
  print(`No system runs on ${dataDir}.`);
  const stateFile = new StateFile(dataDir);
  const state = stateFile.read();
  await endLeftovers(state, print);
  await endLeftoverServers(state, dataDir, print);
  stateFile.remove();
}

stop(readDataDir(process.env)).catch((error: unknown) => {
  process.stderr.write(`hawser: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
