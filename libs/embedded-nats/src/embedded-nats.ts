import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endLeftover, isRunning } from './leftover.js';
import { endingWithParent, findProgram } from './program.js';
import { reasonOf } from './reason.js';
import { ServerFiles } from './server-files.js';

const readyWithinMs = 30_000;
const stopsWithinMs = 10_000;
const pollMs = 20;

export interface EmbeddedNatsOptions {
  /** Holds JetStream's data, which survive a restart, and `nats.log`. Made if missing. Left out: nothing is kept. */
  storeDir?: string;
  /** On the loopback. Left out: a free one that the server picks. */
  port?: number;
  log?: (line: string) => void;
}

/**
 * A NATS server of our own with JetStream on files, and with the message size that Hawser needs. It ends with this
 * process where the system can see to that; where not, a later start on the same folder ends it.
 */
export class EmbeddedNats {
  private stopped: Promise<void> | undefined;

  private constructor(
    readonly url: string,
    readonly pid: number,
    /** Resolves when the server has ended, asked or not. */
    readonly exited: Promise<void>,
    private readonly end: () => Promise<void>,
  ) {}

  /**
   * @throws NoNatsServerError with what was tried and what to do
   * @throws Error another process runs one in
   *   `storeDir`; or it did not start, with the end of its log
   */
  static async start(options: EmbeddedNatsOptions = {}): Promise<EmbeddedNats> {
    const { storeDir, port, log = () => undefined } = options;
    const program = await findProgram(log);
    const folder =
      storeDir === undefined ? await mkdtemp(join(tmpdir(), 'hawser-nats-')) : await makeFolder(storeDir);
    const files = new ServerFiles(folder);
    await takeOver(files, log);
    await files.configure(port);

    const [command, args] = await endingWithParent(program, ['-c', files.config]);
    // What keeps data is stopped by its owner in turn: Ctrl-C in the terminal must not reach it.
    const server = spawn(command, args, { stdio: 'ignore', detached: storeDir !== undefined });
    const exited = exitOf(server);
    const owner = { serverPid: server.pid ?? 0, starterPid: process.pid };
    const end = async (): Promise<void> => {
      server.kill('SIGTERM');
      const patience = setTimeout(() => server.kill('SIGKILL'), stopsWithinMs);
      await exited;
      clearTimeout(patience);
      await files.forget(owner);
      if (storeDir === undefined) await rm(folder, { recursive: true, force: true });
    };
    try {
      await files.writeOwner(owner);
      return new EmbeddedNats(await addressOf(files, owner.serverPid, exited), owner.serverPid, exited, end);
    } catch (error) {
      const serverLog = await readFile(files.log, 'utf8').catch(() => '');
      await end();
      throw new Error(`${program} did not start: ${reasonOf(error)}\n${lastLines(serverLog)}`, {
        cause: error,
      });
    }
  }

  /** Ends the server and waits until it has ended; without a `storeDir` its files go. Idempotent. */
  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }
}

async function makeFolder(storeDir: string): Promise<string> {
  await mkdir(storeDir, { recursive: true, mode: 0o700 });
  return realpath(storeDir);
}

/** Ends the server that a killed process has left in the folder: two at once would ruin the data. */
async function takeOver(files: ServerFiles, log: (line: string) => void): Promise<void> {
  const owner = await files.readOwner();
  if (owner === undefined) return;
  const { serverPid, starterPid } = owner;
  if ((await isRunning(serverPid, files.config)) && (await isRunning(starterPid, '')))
    throw new Error(
      `A NATS server (process ${serverPid}, of process ${starterPid}) runs with ${files.config}: stop it, or use another folder.`,
    );
  if (await endLeftover(serverPid, files.config, { graceMs: stopsWithinMs }))
    log(`Ended the NATS server that an earlier run left behind (process ${serverPid}).`);
  await files.forget(owner);
}

async function addressOf(files: ServerFiles, pid: number, exited: Promise<void>): Promise<string> {
  let running = true;
  void exited.then(() => (running = false));
  const giveUpAt = Date.now() + readyWithinMs;
  while (running && Date.now() < giveUpAt) {
    const url = await files.url(pid);
    if (url !== undefined) return url;
    await delay(pollMs);
  }
  throw new Error(running ? `not ready within ${readyWithinMs} ms` : 'it ended at once');
}

/** Resolves when it has ended. It is killed if this process exits before. */
function exitOf(server: ChildProcess): Promise<void> {
  const killAtExit = (): unknown => server.kill('SIGKILL');
  process.once('exit', killAtExit);
  return new Promise((resolve) => {
    const ended = (): void => {
      process.off('exit', killAtExit);
      resolve();
    };
    server.once('exit', ended);
    server.once('error', ended);
  });
}

function lastLines(log: string): string {
  return log.trim().split('\n').slice(-20).join('\n');
}
