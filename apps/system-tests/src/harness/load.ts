import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@hawser/testing/eventually';
import type { Api } from './api.js';
import { KeptConnections, type Ask, type Reply } from './kept-connections.js';

/** One request of a load, as its caller saw it. */
export interface Call extends Ask, Reply {
  beganAtMs: number;
  tookMs: number;
}

const tickMs = 5;

/** Sends so many requests a second, whether or not earlier ones were answered. */
export class Load {
  private static readonly underWay = new Set<Load>();

  /** Those that have ended. */
  readonly calls: Call[] = [];
  private readonly connections: KeptConnections;
  private readonly running = new Set<Promise<void>>();
  private stopped = false;
  private readonly sent: Promise<void>;

  /** `next` gives the request of a turn, counted from 0. */
  constructor(
    api: Api,
    private readonly perSecond: number,
    private readonly next: (turn: number) => Ask,
  ) {
    this.connections = new KeptConnections(api);
    this.sent = this.run();
    Load.underWay.add(this);
  }

  /** Ends what failed tests have left running; Jest would wait for it for ever. */
  static async stopAll(): Promise<void> {
    await Promise.all([...Load.underWay].map((load) => load.stop()));
  }

  /** Sends no more, and answers all calls when the last of them has ended. */
  async stop(): Promise<Call[]> {
    this.stopped = true;
    Load.underWay.delete(this);
    await this.sent;
    await Promise.all(this.running);
    this.connections.close();
    return this.calls;
  }

  /** Resolves when at least so many calls that began after now have worked, and then all for as long as a second. */
  async works(): Promise<void> {
    await eventually(() => {
      const since = Date.now() - 1_000;
      const recent = this.calls.filter(({ beganAtMs }) => beganAtMs >= since);
      return recent.length > this.perSecond / 2 && recent.every(isGood);
    }, 30_000);
  }

  private async run(): Promise<void> {
    const began = performance.now();
    for (let turn = 0; !this.stopped;) {
      const due = ((performance.now() - began) * this.perSecond) / 1000;
      for (; turn < due; turn++) this.begin(this.next(turn));
      await delay(tickMs);
      // A caller that was slow itself first reads which connections have been ended.
      await new Promise(setImmediate);
    }
  }

  private begin(ask: Ask): void {
    const beganAtMs = Date.now();
    const call = this.connections.send(ask).then((reply) => {
      this.calls.push({ ...ask, ...reply, beganAtMs, tookMs: Date.now() - beganAtMs });
      this.running.delete(call);
    });
    this.running.add(call);
  }
}

export const isGood = ({ result }: Reply): boolean =>
  typeof result === 'number' && result >= 200 && result < 300;

/** How often each kind of outcome came: `{ "resolved 200": 312, "write 503 service_unavailable": 4 }` */
export function outcomes(calls: Call[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { what, result, code, moved } of calls) {
    const outcome = [what, result, code, moved && `(${moved}, then sent elsewhere)`]
      .filter(Boolean)
      .join(' ');
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
