/** Jest's globalTeardown for the medium specs. */
import { rm } from 'node:fs/promises';

export default async function stopTestServers() {
  const { postgres, nats, dataDir } = globalThis.hawserTestServers;
  await nats.stop();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
