import { setTimeout as delay } from 'node:timers/promises';
import { InstanceLockedError } from '@hawser/embedded-postgres';
import { banner } from './banner.js';
import { ConfigError, readConfig } from './config.js';
import { Started } from './started.js';
import { startSystem } from './system.js';

const oldestNodeMajor = 22;
const startGraceMs = 5_000;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function refuse(message: string): never {
  process.stderr.write(`hawser: ${message}\n`);
  process.exit(1);
}

/** One line for what a person can mend; everything for what is a defect of ours. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof InstanceLockedError) return error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return `${message}: something else listens there; set HAWSER_PORT to another port`;
  return stack ?? String(error);
}

async function main(): Promise<void> {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNodeMajor) {
    refuse(
      `this is Node ${process.versions.node}, and Hawser needs ${oldestNodeMajor} or newer; run it by "npm start", which brings one`,
    );
  }
  const began = performance.now();
  const config = readConfig(process.env);

  const asked = new Promise<'stop'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('stop'));
  });
  const started = new Started();
  const starting = startSystem(config, started, (line) => process.stderr.write(`hawser: ${line}\n`));
  try {
    const system = await Promise.race([starting, asked]);
    if (system !== 'stop') {
      print(banner(system, performance.now() - began));
      await asked;
      print('Stopping: finishing the requests in flight.');
    }
    // Asked while starting: what is half started is let come up, so that it can be ended.
    await Promise.race([starting, delay(startGraceMs)]);
  } finally {
    await started.end().catch((error: unknown) => process.stderr.write(`hawser: ${explain(error)}\n`));
  }
  print('Stopped.');
}

main().then(
  () => process.exit(0),
  (error: unknown) => refuse(explain(error)),
);
