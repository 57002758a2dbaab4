import { chmod, mkdir, realpath } from 'node:fs/promises';
import { ConfigError } from '@hawser/runtime';

/** For this user alone, but PostgreSQL, which root starts as somebody else, has to pass through. */
const mode = 0o711;

/**
 * Makes the folder if it is missing. @returns its absolute path
 * @throws ConfigError it is no folder, or cannot be made
 */
export async function openDataDir(dataDir: string): Promise<string> {
  try {
    return await makeFolder(dataDir);
  } catch (error) {
    throw new ConfigError(`HAWSER_DATA_DIR cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

async function makeFolder(dataDir: string): Promise<string> {
  const made = await mkdir(dataDir, { recursive: true, mode });
  // Whatever the umask took away.
  if (made !== undefined) await chmod(dataDir, mode);
  return realpath(dataDir);
}
