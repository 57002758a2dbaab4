import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isRunning } from './leftover.js';
import { reasonOf } from './reason.js';

const run = promisify(execFile);

const cacheDir = join(import.meta.dirname, '../../../.cache');
const cachedProgram = join(cacheDir, 'nats-server/usr/sbin/nats-server');
const fetchedWithinMs = 180_000;
const pollMs = 100;

/**
 * The program of the distribution's package in the repository's `.cache`; one of several callers fetches it there while
 * the others wait.
 */
export async function packagedProgram(log: (line: string) => void): Promise<string> {
  await mkdir(cacheDir, { recursive: true });
  const lock = join(cacheDir, 'nats-server.lock');
  const giveUpAt = Date.now() + fetchedWithinMs;
  while (!(await isThere())) {
    if (await takeLock(lock)) {
      try {
        if (!(await isThere())) {
          log("There is no nats-server on the PATH: fetching the distribution's package.");
          await fetchPackage();
        }
      } finally {
        await rm(lock, { force: true });
      }
    } else if (Date.now() > giveUpAt) {
      throw new Error(
        `another process has been fetching nats-server for too long: remove ${lock} and try again`,
      );
    } else {
      await delay(pollMs);
    }
  }
  return cachedProgram;
}

function isThere(): Promise<boolean> {
  return access(cachedProgram, constants.X_OK).then(
    () => true,
    () => false,
  );
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
  if (owner > 0 && !(await isRunning(owner, ''))) await rm(lock, { force: true });
  return false;
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
      throw new Error(`${reasonOf(error)}; apt-get update: ${reasonOf(updateError)}`);
    });
    await attempt();
  }
}
