import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for a system's data, for those who start it more than once. */
export async function newDataDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-system-'));
  // Where the tests run as root, PostgreSQL runs as somebody else, who has to pass.
  await chmod(folder, 0o711);
  return folder;
}
