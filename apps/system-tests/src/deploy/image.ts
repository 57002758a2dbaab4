import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { workspaceRoot } from '../architecture/services.js';

const runWithinMs = 60_000;
const readyWithinMs = 20_000;
const pollMs = 50;

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

function runNode(args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Outcome {
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: runWithinMs, ...options });
}

/** Puts together what an app's image holds, as the Dockerfile does. */
export const assemble = (...args: string[]): Outcome =>
  runNode([join(workspaceRoot, 'deploy/image/assemble.mjs'), ...args]);

/** An app's image as it is found in a container: a folder, and nothing around it. */
export class Image {
  private program: ChildProcess | undefined;
  private output = '';
  port = 0;

  constructor(
    readonly app: string,
    readonly folder: string,
  ) {}

  /** Runs one of its programs to the end. */
  run(name: 'main' | 'migrate', env: Record<string, string>): Outcome {
    return runNode([`dist/${name}.js`], { cwd: join(this.folder, 'apps', this.app), env });
  }

  /** Starts it as its container does, on a port of loopback. */
  start(port: number, env: Record<string, string>): void {
    this.port = port;
    this.program = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], {
      cwd: join(this.folder, 'apps', this.app),
      env: { NODE_ENV: 'production', HAWSER_PORT: String(port), ...env },
    });
    this.program.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.program.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  async ready(): Promise<void> {
    const giveUpAt = Date.now() + readyWithinMs;
    while ((await this.status('/readyz')) !== 200) {
      const over = this.program?.exitCode !== null || Date.now() > giveUpAt;
      if (over) throw new Error(`${this.app} did not become ready:\n${this.output}`);
      await delay(pollMs);
    }
  }

  /** What it answers to a GET; 0 when there is nobody. */
  async status(path: string, headers: Record<string, string> = {}): Promise<number> {
    const url = `http://127.0.0.1:${this.port}${path}`;
    return fetch(url, { headers }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
  }

  /** Ends it as a container is ended; answers its exit code. */
  async stop(): Promise<number | null> {
    const { program } = this;
    if (program === undefined || program.exitCode !== null) return program?.exitCode ?? null;
    const exited = once(program, 'exit') as Promise<[number | null]>;
    program.kill('SIGTERM');
    return (await exited)[0];
  }
}
