import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataDir } from './data-dir.js';
import { ownerToken } from './owner-token.js';
import { StateFile } from './state-file.js';
import { lockDataDir, runningSupervisor } from './supervisor-lock.js';

describe('a data directory', () => {
  let scratch: string;
  let dataDir: string;
  beforeEach(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'hawser-distributed-'));
    dataDir = await openDataDir(join(scratch, 'not/there/yet'));
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  it('is refused by the name of its variable when it is no folder', async () => {
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'below')]) {
      await expect(openDataDir(path)).rejects.toMatchObject({
        name: 'ConfigError',
        message: expect.stringMatching(/^HAWSER_DATA_DIR cannot be used: .*file/),
      });
    }
  });

  it('lets one supervisor in at a time, and the next one after it has gone or died', async () => {
    // Known by its command line.
    const program = join(scratch, 'distributed/dist/main.js');
    const supervisor = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)', program]);
    writeFileSync(join(dataDir, 'supervisor.pid'), String(supervisor.pid));
    expect(await runningSupervisor(dataDir)).toBe(supervisor.pid);
    await expect(lockDataDir(dataDir)).rejects.toThrow(`is in use by process ${supervisor.pid}: stop it by`);

    supervisor.kill('SIGKILL');
    await once(supervisor, 'exit');
    expect(await runningSupervisor(dataDir)).toBeUndefined();
    const release = await lockDataDir(dataDir);
    expect(readFileSync(join(dataDir, 'supervisor.pid'), 'utf8')).toBe(String(process.pid));
    await release();
    await (
      await lockDataDir(dataDir)
    )();
  });

  it('keeps the token of the first start for this user alone, until another one is given', async () => {
    const made = await ownerToken(dataDir, undefined);
    expect(made).toMatch(/^hws_live_[\w-]{43}$/);
    expect(await ownerToken(dataDir, undefined)).toBe(made);
    expect(await ownerToken(dataDir, 'hws_live_given')).toBe('hws_live_given');
    expect(await ownerToken(dataDir, undefined)).toBe('hws_live_given');
    expect(statSync(join(dataDir, 'owner-token')).mode & 0o777).toBe(0o600);
  });

  it('tells who runs, to this user alone, and nobody when nothing was written', () => {
    const file = new StateFile(dataDir);
    expect(file.read()).toEqual({ processes: [], nats: null, postgres: null });
    const state = {
      processes: [{ name: 'bindings-1', app: 'bindings' as const, replica: 1, pid: 7, url: 'http://x' }],
      nats: { pid: 8, url: 'nats://x' },
      postgres: { pid: null, url: 'postgres://x' },
    };
    file.write(state);
    expect(file.read()).toEqual(state);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    writeFileSync(file.path, '{');
    expect(() => file.read()).toThrow('state.json cannot be read; end what it names and remove it');
    file.remove();
  });
});
