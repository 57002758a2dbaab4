import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

const keyBytes = 32;

/**
 * Makes the key ring that the vault encrypts with, once, for this user alone. It is written whole or not at all, and
 * never replaced: what was encrypted with it could not be read without it.
 */
export async function ensureMasterKeys(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'master-keys');
  const draft = `${path}.${process.pid}`;
  try {
    const file = await open(draft, 'w', 0o600);
    await file.writeFile(`k1:${randomBytes(keyBytes).toString('base64')}\n`);
    await file.sync();
    await file.close();
    // Unlike a rename, a link never takes the place of a file that is there.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
