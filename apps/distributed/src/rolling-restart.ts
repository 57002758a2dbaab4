import type { Replica } from './replica.js';

/** Replaces one process after the other, so that all the time enough of them serve. */
export class RollingRestart {
  /** Those that are ready, in the order to restart them in. */
  replicas: readonly Replica[] = [];
  private underWay = false;

  constructor(private readonly say: (line: string) => void) {}

  /** Does nothing but say so while one is under way, or the system is still being started. */
  async request(): Promise<void> {
    if (this.underWay || this.replicas.length === 0)
      return this.say('Asked to restart all processes while they are being started: nothing is done.');
    this.underWay = true;
    try {
      await this.run();
    } finally {
      this.underWay = false;
    }
  }

  /** Stops at the first one whose replacement does not become ready. */
  private async run(): Promise<void> {
    const began = performance.now();
    this.say(`Restarting ${this.replicas.length} processes, one after the other.`);
    for (const replica of this.replicas) {
      const before = replica.running?.pid;
      try {
        await replica.replace();
      } catch (error) {
        return this.say(`The restart ends here: ${(error as Error).message}.`);
      }
      this.say(`${replica.plan.name}: process ${replica.running?.pid} has taken the place of ${before}.`);
    }
    this.say(`All processes are restarted (in ${((performance.now() - began) / 1000).toFixed(1)} s).`);
  }
}
