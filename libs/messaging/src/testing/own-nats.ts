import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// Where the medium tests' global setup leaves the server that it fetched.
const fetched = join(import.meta.dirname, '../../../../.cache/nats-server/usr/sbin');
const readyWithinMs = 10_000;

export interface OwnNatsOptions {
  /** Lines within the block of JetStream; false leaves it off. */
  jetstream?: string | false;
  /** Further lines of the configuration. */
  settings?: string;
}

/** A NATS server of one test's own, which may be stopped, killed and started again with what it has stored. */
export class OwnNats {
  private server: ChildProcess | undefined;
  private port = -1;

  private constructor(private readonly folder: string) {}

  static async start(options?: OwnNatsOptions): Promise<OwnNats> {
    const nats = new OwnNats(await mkdtemp(join(tmpdir(), 'hawser-own-nats-')));
    await nats.begin(options);
    return nats;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it again, at the same address. */
  async begin({ jetstream = '', settings = '' }: OwnNatsOptions = {}): Promise<void> {
    const config = join(this.folder, 'nats.conf');
    const store = `store_dir: ${JSON.stringify(join(this.folder, 'store'))}`;
    const lines = [
      'host: "127.0.0.1"',
      `port: ${this.port}`,
      `ports_file_dir: ${JSON.stringify(this.folder)}`,
      `log_file: ${JSON.stringify(join(this.folder, 'log'))}`,
      'max_payload: 8388608',
      ...(jetstream === false ? [] : [`jetstream { ${store}\n ${jetstream} }`]),
      settings,
    ];
    await writeFile(config, lines.join('\n'));
    this.server = spawn(program(), ['-c', config], { stdio: 'ignore' });
    this.port = await this.portOf(this.server);
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  }

  /** Takes all it has stored from a server that is stopped. */
  async forget(): Promise<void> {
    await rm(join(this.folder, 'store'), { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  private async portOf({ pid }: ChildProcess): Promise<number> {
    const giveUpAt = Date.now() + readyWithinMs;
    while (Date.now() < giveUpAt) {
      const ports = await readFile(join(this.folder, `nats-server_${pid}.ports`), 'utf8').catch(() => '');
      const port = /"nats:\/\/[^"]*:(\d+)"/.exec(ports)?.[1];
      if (port !== undefined) return Number(port);
      await delay(20);
    }
    throw new Error(
      await readFile(join(this.folder, 'log'), 'utf8').catch(() => 'nats-server did not start'),
    );
  }
}

function program(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), fetched];
  const folder = folders.find((candidate) => candidate !== '' && existsSync(join(candidate, 'nats-server')));
  if (folder === undefined)
    throw new Error('these tests start NATS servers of their own: put nats-server on the PATH');
  return join(folder, 'nats-server');
}
