import { constants, open, readFile } from 'node:fs/promises';

import type { Identity } from './program.js';

const MAX_LOG_BYTES = 10 * 1024 * 1024;
const TAIL_LINES = 20;

/** Makes the file PostgreSQL logs to, or empties it when it has grown too long, and returns its length. */
export async function prepareLog(file: string, identity: Identity): Promise<number> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  const handle = await open(file, flags, 0o600);
  try {
    if (identity.mode === 'uid') await handle.chown(identity.uid, identity.gid);
    if ((await handle.stat()).size > MAX_LOG_BYTES) await handle.truncate();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** The last lines that were written after the first `from` bytes. */
export async function logTail(file: string, from: number): Promise<string> {
  const written = (await readFile(file)).subarray(from).toString().trimEnd();
  return written.split('\n').slice(-TAIL_LINES).join('\n');
}
