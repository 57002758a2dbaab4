import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from './environment.js';
import { describeFailure } from './failure.js';
import { Started } from './started.js';

export interface Program {
  /** Starts everything, puts it in `started`, and resolves when it is ready. `asked` aborts when it is to stop. */
  start: (started: Started, asked: AbortSignal) => Promise<void>;
  /** What a person can mend about an error, in one line; undefined for a defect of ours. */
  explain?: (error: unknown) => string | undefined;
  /** How long the requests in flight may take to finish. */
  drainSeconds: number;
  log: (line: string) => void;
}

const oldestNodeMajor = 22;
/** A start that is under way when the stop is asked for may come up within this time, so that it can be ended. */
const startGraceMs = 5_000;
/** Ctrl-C reaches the program from the terminal and from npm, which passes it on: that is one request. */
const sameRequestMs = 500;

/**
 * Runs a program until SIGINT or SIGTERM, ends what it started, in reverse, and exits: 0 when all ended well, else 1.
 * A second signal ends it at once. `prepare` reads the configuration.
 */
export function runProgram(prepare: () => Program): void {
  main(prepare).then(
    (code) => process.exit(code),
    (error: unknown) => refuse(error, undefined),
  );
}

async function main(prepare: () => Program): Promise<number> {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNodeMajor) {
    throw new ConfigError(
      `this is Node ${process.versions.node}, and Hawser needs ${oldestNodeMajor} or newer; npm scripts bring one`,
    );
  }
  const { start, explain, drainSeconds, log } = prepare();
  const stop = new AbortController();
  const asked = askedToStop().then(() => stop.abort());
  const started = new Started();
  const starting = start(started, stop.signal);
  let code = 0;
  try {
    await Promise.race([starting, asked]);
    await asked;
    log('Stopping: finishing the requests in flight.');
    // What is half started is let come up, so that it can be ended; why it failed no longer matters.
    await Promise.race([starting.catch(() => undefined), delay(startGraceMs)]);
  } catch (error) {
    code = 1;
    report(error, explain);
  }
  if (!(await endWithin(started, drainSeconds, explain))) code = 1;
  if (code === 0) log('Stopped.');
  return code;
}

function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    let askedAtMs: number | undefined;
    const ask = (): void => {
      askedAtMs ??= Date.now();
      resolve();
      if (Date.now() - askedAtMs > sameRequestMs) process.exit(1);
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, ask);
  });
}

async function endWithin(started: Started, seconds: number, explain: Program['explain']): Promise<boolean> {
  const late = new AbortController();
  try {
    return await Promise.race([
      started.end().then(() => true),
      delay(seconds * 1000, false, { signal: late.signal }).then(() => {
        report(
          new ConfigError(`not everything could be finished within ${seconds} s, and is cut off`),
          explain,
        );
        return false;
      }),
    ]);
  } catch (error) {
    report(error, explain);
    return false;
  } finally {
    late.abort();
  }
}

function refuse(error: unknown, explain: Program['explain']): never {
  report(error, explain);
  process.exit(1);
}

function report(error: unknown, explain: Program['explain']): void {
  process.stderr.write(`hawser: ${describeFailure(error, explain)}\n`);
}
