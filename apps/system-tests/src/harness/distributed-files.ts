import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface State {
  processes: { name: string; pid: number; url: string }[];
  nats: { pid: number | null; url: string };
  postgres: { pid: number | null; url: string };
}

/** What the supervisor writes into its data directory: who runs where, and what each process has logged. */
export class DistributedFiles {
  constructor(private readonly dataDir: string) {}

  state(): State {
    return JSON.parse(readFileSync(join(this.dataDir, 'state.json'), 'utf8')) as State;
  }

  /** Of all that run now, NATS and PostgreSQL too. */
  pids(): Map<string, number> {
    const { processes, nats, postgres } = this.state();
    const servers = [
      { name: 'nats', ...nats },
      { name: 'postgres', ...postgres },
    ];
    return new Map(
      [...processes, ...servers].flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid] as const])),
    );
  }

  /** The lines of each process, by its name. */
  async logs(): Promise<Map<string, string[]>> {
    const folder = join(this.dataDir, 'logs');
    const files = await readdir(folder);
    const lines = async (file: string): Promise<string[]> =>
      (await readFile(join(folder, file), 'utf8')).split('\n').filter((line) => line !== '');
    return new Map(
      await Promise.all(files.map(async (file) => [file.replace('.log', ''), await lines(file)] as const)),
    );
  }

  /** What is of the level `warn` or worse, or no JSON. */
  async complaints(): Promise<string[]> {
    const lines = [...(await this.logs()).values()].flat();
    return lines.filter((line) => !/^\{"level":"(trace|debug|info)",/.test(line));
  }
}
