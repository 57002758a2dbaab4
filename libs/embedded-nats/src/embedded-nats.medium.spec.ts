import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EmbeddedNats, endLeftover, isRunning } from './index.js';

const scratch: string[] = [];
const servers: EmbeddedNats[] = [];

function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-nats-spec-'));
  scratch.push(folder);
  return folder;
}

async function start(options?: Parameters<typeof EmbeddedNats.start>[0]): Promise<EmbeddedNats> {
  const server = await EmbeddedNats.start(options);
  servers.push(server);
  return server;
}

/** Sends lines of the NATS protocol and answers with what came back up to a line that matches. */
async function talk({ url }: { url: string }, lines: string[], until: RegExp): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = createConnection(Number(port), hostname);
  try {
    socket.write(`CONNECT {"verbose":false}\r\n${lines.map((line) => `${line}\r\n`).join('')}`);
    let heard = '';
    for await (const chunk of socket) {
      heard += String(chunk);
      if (until.test(heard)) return heard;
    }
    throw new Error(`the server hung up after: ${heard}`);
  } finally {
    socket.destroy();
  }
}

function ask(server: { url: string }, subject: string, body = ''): Promise<string> {
  const request = [`SUB inbox 1`, `PUB ${subject} inbox ${Buffer.byteLength(body)}`, body];
  return talk(server, request, /MSG inbox 1 +\d+\r\n.*\r\n/);
}

const keep = JSON.stringify({ name: 'KEPT', subjects: ['kept.>'], storage: 'file' });

describe('an embedded NATS server', () => {
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    for (const folder of scratch.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  it('listens on a free loopback port, takes messages of 8 MiB and has JetStream', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    expect(one.url).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/);
    expect(one.url).not.toBe(two.url);
    expect(await talk(one, ['PING'], /PONG/)).toContain(`"max_payload":${8 * 1024 * 1024}`);
    expect(await ask(one, '$JS.API.INFO')).toContain('account_info_response');
  });

  it('has ended when stop returns, and a second stop does nothing', async () => {
    const server = await start();
    expect(await isRunning(server.pid, 'nats-server')).toBe(true);
    await server.stop();
    expect(await isRunning(server.pid, 'nats-server')).toBe(false);
    await server.exited;
    await server.stop();
  });

  it('keeps what JetStream holds over a restart, on the port that it is given', async () => {
    const storeDir = join(scratchFolder(), 'not/there/yet');
    const first = await start({ storeDir });
    await ask(first, '$JS.API.STREAM.CREATE.KEPT', keep);
    await ask(first, 'kept.one', 'here');
    await first.stop();

    const port = Number(new URL(first.url).port);
    const second = await start({ storeDir, port });
    expect(second.url).toBe(first.url);
    expect(await ask(second, '$JS.API.STREAM.INFO.KEPT')).toContain('"messages":1');
  });

  it('says when the server has ended by itself', async () => {
    const server = await start({ storeDir: scratchFolder() });
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
  });

  it('does not start a second server in a folder that has one, nor end the first', async () => {
    const storeDir = scratchFolder();
    const server = await start({ storeDir });
    await expect(start({ storeDir })).rejects.toThrow(
      `A NATS server (process ${server.pid}, of process ${process.pid}) runs with`,
    );
    expect(await talk(server, ['PING'], /PONG/)).toContain('PONG');
  });

  it('shows its log when it cannot start, such as on a port that is taken', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    await expect(start({ port, storeDir: scratchFolder() })).rejects.toThrow(
      new RegExp(`did not start: it ended at once\\n[^]*${port}: bind: address already in use`),
    );
  });

  it('leaves no server behind that its starter, killed without warning, could not stop', async () => {
    const storeDir = scratchFolder();
    const { starter, pid } = await startElsewhere(storeDir);
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    // Where the system cannot end it, the next start does.
    const lines: string[] = [];
    const server = await start({ storeDir, log: (line) => lines.push(line) });
    expect(server.pid).not.toBe(pid);
    expect(await isRunning(pid, storeDir)).toBe(false);
    if (process.platform !== 'linux')
      expect(lines).toEqual([`Ended the NATS server that an earlier run left behind (process ${pid}).`]);
  });

  it('ends one that was left behind, and spares another program that has the process id now', async () => {
    const storeDir = scratchFolder();
    const first = await start({ storeDir });
    const owner = join(storeDir, 'nats.pid');
    const gone = readFileSync(owner, 'utf8').replace(/\d+$/, '2147483646');
    writeFileSync(owner, gone);
    const lines: string[] = [];
    const second = await start({ storeDir, log: (line) => lines.push(line) });
    expect(lines).toEqual([`Ended the NATS server that an earlier run left behind (process ${first.pid}).`]);
    await second.stop();

    writeFileSync(owner, `${process.pid} 2147483646`);
    const third = await start({ storeDir });
    await third.stop();
    expect(existsSync(owner)).toBe(false);
  });
});

describe('a program that was left behind', () => {
  it('is killed when it does not end in time', async () => {
    const mark = `left-behind-${process.pid}`;
    const stubborn = spawn(process.execPath, [
      '-e',
      "process.on('SIGTERM', () => 0); console.log('ready'); setInterval(() => 0, 1e6)",
      mark,
    ]);
    await once(stubborn.stdout, 'data');
    const exit = once(stubborn, 'exit');
    expect(await endLeftover(stubborn.pid ?? 0, mark, { graceMs: 200 })).toBe(true);
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(await endLeftover(stubborn.pid ?? 0, mark, { graceMs: 200 })).toBe(false);
  });
});

/** A server that another process has started. */
async function startElsewhere(storeDir: string): Promise<{ starter: ReturnType<typeof spawn>; pid: number }> {
  const library = join(import.meta.dirname, '../dist/index.js');
  const program = `
    const { EmbeddedNats } = await import(${JSON.stringify(library)});
    const { pid } = await EmbeddedNats.start({ storeDir: ${JSON.stringify(storeDir)} });
    console.log(pid);
    setInterval(() => 0, 1e6);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(starter.stdout), 'line')) as [string];
  return { starter, pid: Number(line) };
}
