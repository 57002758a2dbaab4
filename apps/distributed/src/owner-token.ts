import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const tokenBytes = 32;

/**
 * The token of the first OWNER: the given one, else that of an earlier start, else a new one. It is kept in the data
 * directory, for this user alone.
 */
export async function ownerToken(dataDir: string, given: string | undefined): Promise<string> {
  const file = join(dataDir, 'owner-token');
  const kept = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  const token = given ?? kept ?? `hws_live_${randomBytes(tokenBytes).toString('base64url')}`;
  if (token !== kept) await writeFile(file, `${token}\n`, { mode: 0o600 });
  return token;
}
