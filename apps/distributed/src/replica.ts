import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from './backoff.js';
import { freePort } from './ports.js';
import type { PlannedProcess } from './plan.js';
import { ProcessError } from './process-error.js';
import { RunningProcess } from './running-process.js';

const readyWithinMs = 60_000;
/** The first start of a process may fail once: somebody may have taken its port in the meantime. */
const firstAttempts = 2;
/** Who has run for so long has recovered, and its next death counts as the first. */
const steadyMs = 30_000;

export interface Supervision {
  /** Takes each line that a process writes. */
  output: (name: string, line: string) => void;
  /** Takes a line about the processes. */
  say: (line: string) => void;
  /** Called when another process serves, or none. */
  changed: () => void;
  /** How long a process may take to finish what it has taken. */
  graceMs: number;
}

/** Keeps one process of the plan running: starts it again when it ends by itself, and replaces it when asked. */
export class Replica {
  private current: RunningProcess | undefined;
  private readonly processes = new Set<RunningProcess>();
  private readonly stopping = new AbortController();
  private deaths = 0;
  private replacing = false;

  constructor(
    readonly plan: PlannedProcess,
    private readonly supervision: Supervision,
  ) {}

  /** The process that serves now. */
  get running(): RunningProcess | undefined {
    return this.current;
  }

  /**
   * Starts it and waits until it is ready.
   * @throws ProcessError it ends again and again, or is not ready in time
   */
  async start(): Promise<void> {
    for (let attempt = 1; attempt <= firstAttempts; attempt++) {
      const process = await this.launch();
      this.set(process);
      if (await process.ready(readyWithinMs, this.stopping.signal)) return this.keep(process);
      if (!process.hasEnded) break;
    }
    throw this.notReady();
  }

  /**
   * Replaces the process by a new one. A service's replacement is ready before the old one is stopped. A gateway keeps
   * its port, so it is stopped first: for that moment callers need another gateway.
   * @throws ProcessError the replacement is not ready; a service's old process then goes on
   */
  async replace(): Promise<void> {
    this.replacing = true;
    try {
      await (this.plan.port === undefined ? this.overlap() : this.follow());
    } finally {
      this.replacing = false;
    }
  }

  private async overlap(): Promise<void> {
    const replacement = await this.launch();
    if (!(await replacement.ready(readyWithinMs, this.stopping.signal))) {
      // The old one has died meanwhile, and its own restart has left the field to this one.
      if (this.current === undefined) {
        this.set(replacement);
        this.keep(replacement);
      } else await replacement.stop(this.supervision.graceMs);
      throw this.notReady();
    }
    const replaced = this.current;
    this.set(replacement);
    this.keep(replacement);
    await replaced?.stop(this.supervision.graceMs);
  }

  private async follow(): Promise<void> {
    const old = this.current;
    this.set(undefined);
    await old?.stop(this.supervision.graceMs);
    const process = await this.launch();
    this.set(process);
    this.keep(process);
    if (!(await process.ready(readyWithinMs, this.stopping.signal))) throw this.notReady();
  }

  private notReady(): ProcessError {
    return new ProcessError(`${this.plan.name} did not become ready; its last lines say why`);
  }

  /** Ends all that runs of it, after it has finished what it has taken. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([...this.processes].map((process) => process.stop(this.supervision.graceMs)));
    this.set(undefined);
  }

  private async launch(): Promise<RunningProcess> {
    const { plan } = this;
    const port = plan.port ?? (await freePort(plan.host));
    this.stopping.signal.throwIfAborted();
    const process = new RunningProcess(plan, port, (line) => this.supervision.output(plan.name, line));
    this.processes.add(process);
    void process.exited.then(() => this.processes.delete(process));
    return process;
  }

  private set(process: RunningProcess | undefined): void {
    this.current = process;
    this.supervision.changed();
  }

  private keep(process: RunningProcess): void {
    const since = Date.now();
    void process.exited.then((how) => {
      if (this.current !== process || this.stopping.signal.aborted) return;
      if (Date.now() - since > steadyMs) this.deaths = 0;
      this.set(undefined);
      this.restart(how).catch((error: Error) => {
        if (!this.stopping.signal.aborted)
          this.supervision.say(`${this.plan.name} cannot be started again: ${error.message}`);
      });
    });
  }

  private async restart(how: string): Promise<void> {
    const { say } = this.supervision;
    const { signal } = this.stopping;
    const { name } = this.plan;
    const waitMs = backoffMs(++this.deaths);
    say(`${name} ended by itself (${how}) and is started again in ${waitMs / 1000} s.`);
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted || this.replacing || this.current !== undefined) return;
    const process = await this.launch();
    // Its replacement was faster.
    if (this.current !== undefined) return process.stop(this.supervision.graceMs);
    this.set(process);
    this.keep(process);
    if (await process.ready(readyWithinMs, signal))
      say(`${name} is back: process ${process.pid} at ${process.url}.`);
    else if (!process.hasEnded && !signal.aborted)
      say(`${name} has not become ready within ${readyWithinMs / 1000} s; it is left to go on.`);
  }
}
