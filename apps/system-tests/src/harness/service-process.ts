import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { root } from './program-run.js';

/** Those with a database. */
export const services = ['directory', 'vault', 'bindings'] as const;
type Service = (typeof services)[number];

/** One program of the distributed system by itself, without anybody who looks after it. */
export class ServiceProcess {
  readonly url: string;
  output = '';
  private readonly process: ChildProcess;
  private readonly exited: Promise<unknown>;

  private constructor(program: string, env: Record<string, string>, port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.process = spawn(process.execPath, ['--enable-source-maps', join(root, program)], {
      cwd: root,
      env: { HAWSER_PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.exited = once(this.process, 'close');
  }

  static async start(
    app: Service | 'probe' | 'gateway',
    env: Record<string, string>,
  ): Promise<ServiceProcess> {
    return new ServiceProcess(`apps/${app}/dist/main.js`, env, await freePort());
  }

  /** Runs a program that ends by itself to its end. */
  static async run(
    program: string,
    env: Record<string, string>,
  ): Promise<{ code: number | null; output: string }> {
    const run = new ServiceProcess(program, env, 0);
    await run.exited;
    return { code: run.process.exitCode, output: run.output };
  }

  /** @throws Error with what the migration wrote, when it failed */
  static async migrate(service: Service, env: Record<string, string>): Promise<void> {
    const { code, output } = await ServiceProcess.run(`apps/${service}/dist/migrate.js`, env);
    if (code !== 0) throw new Error(output);
  }

  get pid(): number {
    return this.process.pid as number;
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** The status of /readyz; undefined while nobody listens. */
  readiness(): Promise<number | undefined> {
    return fetch(`${this.url}/readyz`).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => undefined,
    );
  }

  async stop(): Promise<void> {
    if (!this.hasEnded) this.process.kill();
    await this.exited;
  }
}
