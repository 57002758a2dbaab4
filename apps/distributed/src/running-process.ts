import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild, type Child } from './child.js';
import { root, type PlannedProcess } from './plan.js';

const pollMs = 100;
const answersWithinMs = 2_000;
const endWithSupervisor = join(root, 'apps/distributed/dist/end-with-supervisor.js');

/** One process of the plan, from its start to its end. */
export class RunningProcess {
  readonly pid: number;
  readonly url: string;
  /** Resolves with `exit code 1` or `SIGKILL`. */
  readonly exited: Promise<string>;
  private readonly child: Child;
  private ended = false;
  private stopped: Promise<void> | undefined;

  constructor(
    readonly plan: PlannedProcess,
    port: number,
    private readonly output: (line: string) => void,
  ) {
    this.child = startChild({
      program: plan.program,
      environment: { ...plan.environment, HAWSER_HOST: plan.host, HAWSER_PORT: String(port) },
      before: endWithSupervisor,
      output,
    });
    this.pid = this.child.process.pid ?? 0;
    this.url = `http://${reachable(plan.host)}:${port}`;
    this.exited = this.child.exited;
    void this.exited.then(() => (this.ended = true));
  }

  /** Waits until it says that it can serve; false when it has ended, or has not said so in time. */
  async ready(withinMs: number, asked: AbortSignal): Promise<boolean> {
    const giveUpAt = Date.now() + withinMs;
    while (!this.ended && !asked.aborted && Date.now() < giveUpAt) {
      if (await this.isReady()) return true;
      await delay(pollMs);
    }
    return false;
  }

  private isReady(): Promise<boolean> {
    return fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(answersWithinMs) }).then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );
  }

  get hasEnded(): boolean {
    return this.ended;
  }

  /** Asks it to finish what it has taken, and waits until it has ended; kills it after `graceMs`. Idempotent. */
  stop(graceMs: number): Promise<void> {
    this.stopped ??= this.end(graceMs);
    return this.stopped;
  }

  private async end(graceMs: number): Promise<void> {
    this.child.process.kill('SIGTERM');
    const patience = setTimeout(() => {
      this.output(`process ${this.pid} did not end within ${graceMs / 1000} s and is killed.`);
      this.child.process.kill('SIGKILL');
    }, graceMs);
    await this.exited;
    clearTimeout(patience);
  }
}

/** A host that is every address cannot be called. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
