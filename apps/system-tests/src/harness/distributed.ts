import { eventually } from '@hawser/testing/eventually';
import { DistributedFiles } from './distributed-files.js';
import { ProgramRun, type StartOptions } from './program-run.js';

/** Each service in processes of its own on real NATS and PostgreSQL, as `npm run dev:distributed` runs them. */
export class Distributed extends ProgramRun {
  readonly files = new DistributedFiles(this.dataDir);

  /** Starts the program without waiting for anything. */
  static async spawn(options: StartOptions = {}): Promise<Distributed> {
    return new Distributed('apps/distributed/dist/main.js', ...(await this.dataDirFor(options)), options);
  }

  /** Starts the program and waits until it says that it is ready. */
  static async start(options: StartOptions = {}): Promise<Distributed> {
    return (await Distributed.spawn(options)).ready('SIGUSR2');
  }

  complaints(): Promise<string[]> {
    return this.files.complaints();
  }

  /** The process id of `bindings-1`, `nats` or `postgres`. */
  pidOf(name: string): number {
    const pid = this.files.pids().get(name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    return pid;
  }

  /** As a crash would; returns the process id that it had. */
  killProcess(name: string): number {
    const pid = this.pidOf(name);
    process.kill(pid, 'SIGKILL');
    return pid;
  }

  /** Waits until the supervisor has said something about its processes so many times. */
  async saidTimes(pattern: RegExp, times: number, withinMs: number): Promise<void> {
    await eventually(() => (this.stdout.match(pattern) ?? []).length >= times, withinMs);
  }
}
