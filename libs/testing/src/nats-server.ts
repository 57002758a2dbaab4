import { execFile, spawn } from 'node:child_process';
import {
  access,
  constants,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const cacheDir = join(import.meta.dirname, '../../../.cache');
const cachedProgram = join(cacheDir, 'nats-server/usr/sbin/nats-server');
const maxPayloadBytes = 8 * 1024 * 1024;
const readyWithinMs = 10_000;
const stopsWithinMs = 5_000;
const fetchedWithinMs = 180_000;

export interface NatsServer {
  url: string;
  /** Ends the server and removes its files; does nothing to a server that was there before. */
  stop(): Promise<void>;
}

/**
 * A NATS server with JetStream for tests: the one at `NATS_URL`, else `nats-server` from the PATH, else the
 * distribution's package, fetched once into `.cache`. Its own runs on a free loopback port.
 * @throws Error none could be had; the message says what was tried and what to do
 */
export async function startNatsServer(): Promise<NatsServer> {
  const given = process.env.NATS_URL;
  if (given) return { url: given, stop: () => Promise.resolve() };
  return launch((await onPath()) ?? (await fetched()));
}

async function onPath(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const program = join(folder, 'nats-server');
    if (folder !== '' && (await isProgram(program))) return program;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The cached program; one of several callers fetches it while the others wait. */
async function fetched(): Promise<string> {
  await mkdir(cacheDir, { recursive: true });
  const lock = join(cacheDir, 'nats-server.lock');
  const giveUpAt = Date.now() + fetchedWithinMs;
  while (!(await isProgram(cachedProgram))) {
    if (await takeLock(lock)) {
      try {
        if (!(await isProgram(cachedProgram))) await fetchPackage();
      } finally {
        await rm(lock, { force: true });
      }
    } else if (Date.now() > giveUpAt) {
      throw new Error(
        `another process has been fetching nats-server for too long: remove ${lock} and try again`,
      );
    } else {
      await delay(100);
    }
  }
  return cachedProgram;
}

/** A lock is a file with its owner's pid in it; one whose owner is gone is taken away. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (owner > 0 && !isAlive(owner)) await rm(lock, { force: true });
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function fetchPackage(): Promise<void> {
  const folder = await mkdtemp(join(cacheDir, 'nats-server-'));
  try {
    await download(folder);
    const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new Error('apt-get download left no package behind');
    await run('dpkg', ['-x', join(folder, archive), join(folder, 'unpacked')]);
    await rm(join(cacheDir, 'nats-server'), { recursive: true, force: true });
    await rename(join(folder, 'unpacked'), join(cacheDir, 'nats-server'));
  } catch (error) {
    throw new Error(
      'These tests need a NATS server. Tried: NATS_URL (not set), nats-server on the PATH (not there), ' +
        `the distribution's package (${reason(error)}). ` +
        'Install nats-server 2.9 or newer, or set NATS_URL to a server with max_payload: 8388608 and JetStream.',
      { cause: error },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Needs no rights: the package lands in `folder`. Only missing package lists need root, to be fetched first. */
async function download(folder: string): Promise<void> {
  const attempt = (): Promise<unknown> => run('apt-get', ['download', 'nats-server'], { cwd: folder });
  try {
    await attempt();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    await run('apt-get', ['update']).catch((updateError: unknown) => {
      throw new Error(`${reason(error)}; apt-get update: ${reason(updateError)}`);
    });
    await attempt();
  }
}

function reason(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  return (stderr?.trim() || message).split('\n').at(-1) ?? message;
}

async function launch(program: string): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-nats-'));
  const logFile = join(folder, 'log');
  const config = join(folder, 'nats.conf');
  await writeFile(
    config,
    [
      'host: "127.0.0.1"',
      // The server picks the port itself and writes it down: nobody can take it in between.
      'port: -1',
      `ports_file_dir: ${JSON.stringify(folder)}`,
      `log_file: ${JSON.stringify(logFile)}`,
      `max_payload: ${maxPayloadBytes}`,
      `jetstream { store_dir: ${JSON.stringify(join(folder, 'jetstream'))} }`,
    ].join('\n'),
  );
  const server = spawn(program, ['-c', config], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    server.once('error', () => resolve());
  });
  const killAtExit = (): unknown => server.kill('SIGKILL');
  process.once('exit', killAtExit);
  const stop = async (): Promise<void> => {
    process.off('exit', killAtExit);
    server.kill('SIGTERM');
    const patience = setTimeout(() => server.kill('SIGKILL'), stopsWithinMs);
    await ended;
    clearTimeout(patience);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { url: await addressIn(folder, `nats-server_${server.pid}.ports`, ended), stop };
  } catch (error) {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    await stop();
    throw new Error(`${program} did not start: ${reason(error)}\n${log}`, { cause: error });
  }
}

/** Waits for the file that the server writes when it takes connections. */
async function addressIn(folder: string, portsFile: string, ended: Promise<void>): Promise<string> {
  let running = true;
  void ended.then(() => (running = false));
  const giveUpAt = Date.now() + readyWithinMs;
  while (running && Date.now() < giveUpAt) {
    const url = firstUrl(await readFile(join(folder, portsFile), 'utf8').catch(() => ''));
    if (url !== undefined) return url;
    await delay(20);
  }
  throw new Error(running ? `not ready within ${readyWithinMs} ms` : 'it ended at once');
}

function firstUrl(ports: string): string | undefined {
  try {
    return (JSON.parse(ports) as { nats?: string[] }).nats?.[0];
  } catch {
    // Not written yet, or not to the end.
    return undefined;
  }
}
