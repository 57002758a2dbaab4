import { chmod, mkdir, realpath } from 'node:fs/promises';

/** For this user alone, but PostgreSQL, which root starts as somebody else, has to pass through. */
const mode = 0o711;

/** Makes the folder if it is missing. @returns its absolute path */
export async function openDataDir(dataDir: string): Promise<string> {
  const made = await mkdir(dataDir, { recursive: true, mode });
  // Whatever the umask took away.
  if (made !== undefined) await chmod(dataDir, mode);
  return realpath(dataDir);
}
