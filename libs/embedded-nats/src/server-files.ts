import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const maxPayloadBytes = 8 * 1024 * 1024;

/** Which process serves a folder, and which one started it. */
export interface Owner {
  serverPid: number;
  starterPid: number;
}

/** What lies in the folder of one server: its data (`jetstream/`), and what it and its starter tell each other. */
export class ServerFiles {
  /** On the server's command line, and so the mark by which it is known. */
  readonly config: string;
  readonly log: string;
  private readonly owner: string;

  constructor(private readonly folder: string) {
    this.config = join(folder, 'nats.conf');
    this.log = join(folder, 'nats.log');
    this.owner = join(folder, 'nats.pid');
  }

  /** @param port undefined: any free one */
  async configure(port: number | undefined): Promise<void> {
    const lines = [
      'host: "127.0.0.1"',
      // -1: the server picks it itself, so that nobody can take it in between.
      `port: ${port ?? -1}`,
      `ports_file_dir: ${JSON.stringify(this.folder)}`,
      `log_file: ${JSON.stringify(this.log)}`,
      `max_payload: ${maxPayloadBytes}`,
      `jetstream { store_dir: ${JSON.stringify(join(this.folder, 'jetstream'))} }`,
    ];
    await writeFile(this.config, lines.join('\n'));
  }

  /** Its address, once it takes connections: it then writes it down. */
  async url(serverPid: number): Promise<string | undefined> {
    const text = await readFile(this.ports(serverPid), 'utf8').catch(() => '');
    try {
      return (JSON.parse(text) as { nats?: string[] }).nats?.[0];
    } catch {
      // Not written yet, or not to the end.
      return undefined;
    }
  }

  async readOwner(): Promise<Owner | undefined> {
    const text = await readFile(this.owner, 'utf8').catch(() => '');
    const [, serverPid, starterPid] = /^(\d+) (\d+)$/.exec(text) ?? [];
    return serverPid === undefined
      ? undefined
      : { serverPid: Number(serverPid), starterPid: Number(starterPid) };
  }

  async writeOwner({ serverPid, starterPid }: Owner): Promise<void> {
    await writeFile(this.owner, `${serverPid} ${starterPid}`);
  }

  /** Removes what a server that has ended could mislead by; its data and its log stay. */
  async forget({ serverPid }: Owner): Promise<void> {
    await rm(this.ports(serverPid), { force: true });
    await rm(this.owner, { force: true });
  }

  private ports(serverPid: number): string {
    return join(this.folder, `nats-server_${serverPid}.ports`);
  }
}
