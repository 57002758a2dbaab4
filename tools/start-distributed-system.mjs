/**
 * Jest's globalSetup for the distributed project: one system of several processes for the scenarios of the whole run,
 * thrown away afterwards. HAWSER_TEST_SYSTEM tells the tests where it is.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../apps/distributed/dist/main.js', import.meta.url));
const readyWithinMs = 120_000;
/** The servers that tests start are on 127.0.0.1; the rest of loopback stands for what must not be reached. */
const reachable = '127.0.0.1/32';

export default async function startDistributedSystem() {
  const dataDir = await mkdtemp(join(tmpdir(), 'hawser-distributed-'));
  // Where the tests run as root, PostgreSQL runs as somebody else, who has to pass.
  await chmod(dataDir, 0o711);
  const outputFile = join(dataDir, 'output.log');
  const output = openSync(outputFile, 'w');
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['--enable-source-maps', program], {
    env: { PATH, HOME, HAWSER_PORT: '0', HAWSER_DATA_DIR: dataDir, HAWSER_EGRESS_ALLOW: reachable },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  globalThis.hawserDistributedSystem = { child, dataDir };
  const printed = () => readFileSync(outputFile, 'utf8');
  const giveUpAt = Date.now() + readyWithinMs;
  while (!printed().includes('SIGUSR2')) {
    if (child.exitCode !== null || Date.now() > giveUpAt) {
      child.kill();
      throw new Error(`the distributed system is not ready:\n${printed()}`);
    }
    await delay(50);
  }
  process.env.HAWSER_TEST_SYSTEM = JSON.stringify({ dataDir, output: printed() });
}
