import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '@hawser/embedded-nats';
import { ConfigError } from '@hawser/runtime';

/** On the command line of every supervisor, however it was started. */
const program = 'distributed/dist/main.js';

const fileIn = (dataDir: string): string => join(dataDir, 'supervisor.pid');

/** The process that runs a system on the data directory now. */
export async function runningSupervisor(dataDir: string): Promise<number | undefined> {
  const pid = Number(await readFile(fileIn(dataDir), 'utf8').catch(() => ''));
  return pid > 0 && (await isRunning(pid, program)) ? pid : undefined;
}

/**
 * Makes this process the only supervisor on the data directory.
 * @returns gives it back
 * @throws ConfigError there is another one
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const file = fileIn(dataDir);
  for (;;) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = await runningSupervisor(dataDir);
    if (pid !== undefined && pid !== process.pid)
      throw new ConfigError(
        `HAWSER_DATA_DIR ${dataDir} is in use by process ${pid}: stop it by "npm run dev:distributed:stop", or set another one`,
      );
    await rm(file, { force: true });
  }
}
