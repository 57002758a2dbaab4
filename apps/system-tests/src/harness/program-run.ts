import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Banner } from './banner.js';
import { newDataDir } from './data-dir.js';
import type { Gateways } from './gateways.js';

export const root = join(import.meta.dirname, '../../../..');
const readyWithinMs = 60_000;
/** The servers that tests start are on 127.0.0.1; the rest of loopback stands for what must not be reached. */
const reachable = '127.0.0.1/32';
/** The one place besides Hawser's callback that sign-ins may send browsers to; nobody ever goes there. */
export const returnTo = 'https://app.example.com/connected';

export interface StartOptions {
  /** Kept after `stop` when given; otherwise the system gets a folder of its own that goes with it. */
  dataDir?: string;
  env?: Record<string, string>;
  /** Runs it as another user, which only root can. */
  uid?: number;
}

/** A built program that runs a whole system, in a process of its own, as its npm script runs it. */
export class ProgramRun {
  private static readonly running = new Set<ProgramRun>();

  stdout = '';
  stderr = '';
  readonly process: ChildProcess;
  /** Resolves with the exit code, null after a signal. */
  readonly exited: Promise<number | null>;
  /** Resolves when it has exited and all that it wrote has been read. */
  readonly outputEnded: Promise<unknown>;
  private readonly banner = new Banner(() => this.stdout);
  private known: Gateways | undefined;

  /** Starts it without waiting for anything. `program` is a path in the repository. */
  protected constructor(
    program: string,
    readonly dataDir: string,
    private readonly ownsDataDir: boolean,
    { env = {}, uid }: StartOptions,
  ) {
    const { PATH, HOME } = process.env;
    this.process = spawn(process.execPath, ['--enable-source-maps', join(root, program)], {
      cwd: root,
      env: {
        PATH,
        HOME,
        HAWSER_PORT: '0',
        HAWSER_DATA_DIR: dataDir,
        HAWSER_EGRESS_ALLOW: reachable,
        HAWSER_REDIRECT_ALLOW: returnTo,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    this.process.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.outputEnded = once(this.process, 'close');
    this.exited = once(this.process, 'exit').then(([code]) => {
      ProgramRun.running.delete(this);
      return code as number | null;
    });
    ProgramRun.running.add(this);
  }

  /** Ends what a file's tests have left running; Jest would wait for it for ever. */
  static async stopAll(): Promise<void> {
    await Promise.all([...ProgramRun.running].map((system) => system.stop()));
  }

  protected static async dataDirFor({ dataDir }: StartOptions): Promise<[folder: string, owns: boolean]> {
    return [dataDir ?? (await newDataDir()), dataDir === undefined];
  }

  /** Waits until it has said, in the words of `lastOfBanner`, that it is ready. */
  protected async ready(lastOfBanner: string): Promise<this> {
    const giveUpAt = Date.now() + readyWithinMs;
    while (!this.stdout.includes(lastOfBanner)) {
      if (this.hasEnded || Date.now() > giveUpAt) {
        await this.stop();
        throw new Error(`the program is not ready:\n${this.stdout}\n${this.stderr}`);
      }
      await delay(20);
    }
    return this;
  }

  private get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  get gateways(): Gateways {
    return (this.known ??= this.banner.readGateways());
  }

  /** Shown by the standalone program at the first start only. */
  get ownerToken(): string {
    return this.banner.ownerToken;
  }

  get demoAgentId(): string {
    return this.banner.demoAgentId;
  }

  /** The line that the program invites a newcomer to run. */
  get curlLine(): string {
    return this.banner.curlLine;
  }

  /** Asks it to stop, waits until it has, and removes its data unless the folder was given. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.hasEnded) this.process.kill(signal);
    const code = await this.exited;
    if (this.ownsDataDir) await rm(this.dataDir, { recursive: true, force: true });
    return code;
  }

  /** As a crash would: nothing of it gets to say a word. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
  }
}
