import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const readyWithinMs = 30_000;
const pollMs = 50;

/** A free port of the loopback. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A Node program of its own, ready when `readyUrl` answers 200. */
export class Process {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(
    program: string,
    environment: Record<string, string>,
    readyPath: string,
  ): Promise<Process> {
    const port = await freePort();
    const child = spawn(process.execPath, [program], {
      env: { HAWSER_PORT: String(port), HAWSER_LOG_LEVEL: 'warn', ...environment },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const started = new Process(`http://127.0.0.1:${port}`, child);
    await started.ready(program, readyPath);
    return started;
  }

  private async ready(program: string, path: string): Promise<void> {
    const giveUpAt = Date.now() + readyWithinMs;
    for (;;) {
      const answered = await fetch(new URL(path, this.url)).then(
        ({ status }) => status === 200,
        () => false,
      );
      if (answered) return;
      if (this.child.exitCode !== null || Date.now() > giveUpAt) {
        await this.stop();
        throw new Error(`${program} did not become ready`);
      }
      await delay(pollMs);
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }
}
