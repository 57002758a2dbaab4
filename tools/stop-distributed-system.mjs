/** Jest's globalTeardown for the distributed project. */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';

export default async function stopDistributedSystem() {
  const { child, dataDir } = globalThis.hawserDistributedSystem;
  if (child.exitCode === null) {
    child.kill();
    await once(child, 'exit');
  }
  await rm(dataDir, { recursive: true, force: true });
}
