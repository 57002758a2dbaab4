import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, readEnvironment } from './environment.js';
import { masterKeys } from './variables.js';

const keyBytes = 32;

/**
 * The key ring that the vault encrypts with, kept in a data directory for this user alone, and made there at the first
 * start. It is written whole or not at all, and never replaced: what was encrypted with it could not be read without it.
 * @returns as HAWSER_MASTER_KEYS has it
 * @throws ConfigError the file is there, but holds no key ring
 */
export async function keptMasterKeys(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'master-keys');
  await makeUnlessThere(path);
  const text = (await readFile(path, 'utf8')).trim();
  try {
    return readEnvironment({ HAWSER_MASTER_KEYS: text }, { HAWSER_MASTER_KEYS: masterKeys() })
      .HAWSER_MASTER_KEYS;
  } catch (error) {
    throw new ConfigError(
      `${path} holds no master keys: put back the file as it was when the vault was last used, or set HAWSER_MASTER_KEYS`,
      { cause: error },
    );
  }
}

async function makeUnlessThere(path: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
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
