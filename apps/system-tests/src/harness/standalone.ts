import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const root = join(import.meta.dirname, '../../../..');
const program = join(root, 'apps/standalone/dist/main.js');
const readyWithinMs = 60_000;

export interface StartOptions {
  /** Kept after `stop` when given; otherwise the system gets a folder of its own that goes with it. */
  dataDir?: string;
  env?: Record<string, string>;
  /** Runs it as another user, which only root can. */
  uid?: number;
}

/** A folder for a system's data, for those who start it more than once. */
export async function newDataDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-system-'));
  // Where the tests run as root, PostgreSQL runs as somebody else, who has to pass.
  await chmod(folder, 0o711);
  return folder;
}

/** The built standalone program in a process of its own, as `npm start` runs it. */
export class Standalone {
  private static readonly running = new Set<Standalone>();

  stdout = '';
  stderr = '';
  /** Resolves with the exit code, null after a signal. */
  readonly exited: Promise<number | null>;
  /** Resolves when it has exited and all that it wrote has been read. */
  readonly outputEnded: Promise<unknown>;

  private constructor(
    readonly process: ChildProcess,
    readonly dataDir: string,
    private readonly ownsDataDir: boolean,
  ) {
    process.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    process.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.outputEnded = once(process, 'close');
    this.exited = once(process, 'exit').then(([code]) => {
      Standalone.running.delete(this);
      return code as number | null;
    });
    Standalone.running.add(this);
  }

  /** Starts the program without waiting for anything. */
  static async spawn({ dataDir, env = {}, uid }: StartOptions = {}): Promise<Standalone> {
    const folder = dataDir ?? (await newDataDir());
    const child = spawn(process.execPath, ['--enable-source-maps', program], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        HAWSER_PORT: '0',
        HAWSER_DATA_DIR: folder,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    return new Standalone(child, folder, dataDir === undefined);
  }

  /** Ends what a failed test has left running; Jest would wait for it for ever. */
  static async stopAll(): Promise<void> {
    await Promise.all([...Standalone.running].map((system) => system.stop()));
  }

  /** Starts the program and waits until it says that it is ready. */
  static async start(options: StartOptions = {}): Promise<Standalone> {
    const system = await Standalone.spawn(options);
    const giveUpAt = Date.now() + readyWithinMs;
    while (!system.stdout.includes('resolved?workspace_id=demo')) {
      const hasEnded = system.process.exitCode !== null || system.process.signalCode !== null;
      if (hasEnded || Date.now() > giveUpAt) {
        await system.stop();
        throw new Error(`the program is not ready:\n${system.stdout}\n${system.stderr}`);
      }
      await delay(20);
    }
    return system;
  }

  private find(pattern: RegExp): string {
    const found = pattern.exec(this.stdout)?.[1];
    if (found === undefined) throw new Error(`${String(pattern)} was not printed:\n${this.stdout}`);
    return found;
  }

  get url(): string {
    return this.find(/ready at (\S+)/);
  }

  /** Shown at the first start only. */
  get ownerToken(): string {
    return this.find(/Owner token +(hws_live_\S+)/);
  }

  get demoAgentId(): string {
    return this.find(/agents\/(agt_\w+)\//);
  }

  /** The line that the program invites a newcomer to run. */
  get curlLine(): string {
    return this.find(/^ +(curl .+)$/m);
  }

  /** Asks it to stop, waits until it has, and removes its data unless the folder was given. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.process.exitCode === null) this.process.kill(signal);
    const code = await this.exited;
    if (this.ownsDataDir) await rm(this.dataDir, { recursive: true, force: true });
    return code;
  }

  /** As a crash would: nothing of it gets to say a word. Its PostgreSQL lives on. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
  }
}
