import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from './plan.js';

/** What runs now, for tests and for a start after a crash. */
export interface State {
  processes: { name: string; app: App; replica: number; pid: number; url: string }[];
  nats: Server | null;
  postgres: Server | null;
}

export interface Server {
  /** Null when it was given, or is being started again. */
  pid: number | null;
  url: string;
}

const nobody: State = { processes: [], nats: null, postgres: null };

/** `state.json` of a data directory. Only for this user: the addresses may hold passwords. */
export class StateFile {
  readonly path: string;

  constructor(dataDir: string) {
    this.path = join(dataDir, 'state.json');
  }

  read(): State {
    try {
      return JSON.parse(readFileSync(this.path, 'utf8')) as State;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nobody;
      throw new Error(`${this.path} cannot be read; end what it names and remove it`, { cause: error });
    }
  }

  /** Whole or not at all, whoever reads at the same time. */
  write(state: State): void {
    const draft = `${this.path}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
