import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from './environment.js';
import { keptMasterKeys } from './master-keys.js';

describe('the kept master keys', () => {
  let parent: string;
  const dataDir = (): string => join(parent, 'data');
  const file = (): string => join(dataDir(), 'master-keys');

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'hawser-keys-'));
  });

  afterEach(() => rm(parent, { recursive: true }));

  it('are made once, for this user alone, and are the same ever after', async () => {
    const made = await keptMasterKeys(dataDir());
    expect(made).toMatch(/^k1:[A-Za-z0-9+/]{43}=$/);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await keptMasterKeys(dataDir())).toBe(made);
    expect(await readdir(dataDir())).toEqual(['master-keys']);
  });

  it('are one ring when two starts make them at once', async () => {
    const rings = await Promise.all([1, 2, 3, 4].map(() => keptMasterKeys(dataDir())));
    expect(new Set(rings).size).toBe(1);
    expect((await readFile(file(), 'utf8')).trim()).toBe(rings[0]);
  });

  it.each([
    ['nothing', ''],
    ['something else', 'hello'],
    ['half a key', 'k1:AAAA'],
  ])('are not replaced when the file holds %s: the start ends, and no key is shown', async (_, text) => {
    await keptMasterKeys(dataDir());
    await writeFile(file(), text);
    const refused = keptMasterKeys(dataDir());
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow(`${file()} holds no master keys: put back the file`);
    expect(await readFile(file(), 'utf8')).toBe(text);
  });
});
