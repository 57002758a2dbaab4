import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const pollMs = 20;

/**
 * Whether a process id of an earlier run is still the program that it was given to then: ids are used again.
 * @param part of the program's command line, such as a path that nobody else names
 */
export async function isRunning(pid: number, part: string): Promise<boolean> {
  const line = await commandLineOf(pid);
  return line !== '' && line.includes(part);
}

/**
 * Ends a program that an earlier run has left behind, and waits until it has ended: by `signal`, after `graceMs` by
 * SIGKILL.
 * @param part of its command line, see `isRunning`
 * @returns whether there was one
 */
export async function endLeftover(
  pid: number,
  part: string,
  { signal = 'SIGTERM', graceMs }: { signal?: NodeJS.Signals; graceMs: number },
): Promise<boolean> {
  if (!(await isRunning(pid, part))) return false;
  send(pid, signal);
  const killAt = Date.now() + graceMs;
  while (await isRunning(pid, part)) {
    if (Date.now() >= killAt) send(pid, 'SIGKILL');
    await delay(pollMs);
  }
  return true;
}

/** Empty for a process that has ended, whether or not its parent has taken notice. */
async function commandLineOf(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux')
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    return (await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)])).stdout;
  } catch {
    return '';
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
