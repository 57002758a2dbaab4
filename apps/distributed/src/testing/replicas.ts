import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlannedProcess } from '../plan.js';
import { Replica, type Supervision } from '../replica.js';

/** Replicas of a stand-in program, and what was said about them. */
export class Replicas {
  readonly folder = mkdtempSync(join(tmpdir(), 'hawser-replicas-'));
  /** The stand-in does not start while it is there. */
  readonly ends = join(this.folder, 'ends');
  readonly said: string[] = [];
  readonly output: string[] = [];
  private readonly made: Replica[] = [];

  replica(plan: Partial<PlannedProcess> = {}, supervision: Partial<Supervision> = {}): Replica {
    const replica = new Replica(
      {
        name: 'stand-in-1',
        app: 'bindings',
        replica: 1,
        program: join(import.meta.dirname, 'stand-in.ts'),
        host: '127.0.0.1',
        port: undefined,
        ...plan,
        environment: { ENDS_IF_THERE: this.ends, ...plan.environment },
      },
      {
        say: (line) => this.said.push(line),
        output: (name, line) => this.output.push(`${name}: ${line}`),
        changed: () => undefined,
        graceMs: 5_000,
        ...supervision,
      },
    );
    this.made.push(replica);
    return replica;
  }

  async clear(): Promise<void> {
    await Promise.all(this.made.map((replica) => replica.stop()));
    rmSync(this.folder, { recursive: true });
  }
}
