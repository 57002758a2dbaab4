/** A system that the scenarios of a whole run share, thrown away afterwards: for Jest's globalSetup and globalTeardown. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const readyWithinMs = 120_000;
/** The servers that tests start are on 127.0.0.1; the rest of loopback stands for what must not be reached. */
const reachable = '127.0.0.1/32';
const corsOrigins = 'https://app.example.com,http://localhost:3000';
/** As apps/system-tests/src/harness/program-run.ts has it. */
const returnTo = 'https://app.example.com/connected';
const running = new Map();

/**
 * Starts an app's program and waits until it has said, in the words of `lastOfBanner`, that it is ready. The environment
 * variable `HAWSER_TEST_<APP>` then tells the tests where its data is, and what it has printed.
 */
export async function startSharedSystem(app, lastOfBanner) {
  const dataDir = await mkdtemp(join(tmpdir(), `hawser-${app}-`));
  // Where the tests run as root, PostgreSQL runs as somebody else, who has to pass.
  await chmod(dataDir, 0o711);
  const files = ['output.log', 'errors.log'].map((name) => join(dataDir, name));
  const [output, errors] = files.map((file) => openSync(file, 'w'));
  const { PATH, HOME } = process.env;
  const program = fileURLToPath(new URL(`../apps/${app}/dist/main.js`, import.meta.url));
  const child = spawn(process.execPath, ['--enable-source-maps', program], {
    env: {
      PATH,
      HOME,
      HAWSER_PORT: '0',
      HAWSER_DATA_DIR: dataDir,
      HAWSER_EGRESS_ALLOW: reachable,
      HAWSER_REDIRECT_ALLOW: returnTo,
      HAWSER_CORS_ORIGINS: corsOrigins,
    },
    stdio: ['ignore', output, errors],
  });
  closeSync(output);
  closeSync(errors);
  running.set(app, { child, dataDir });
  const printed = () => readFileSync(files[0], 'utf8');
  const giveUpAt = Date.now() + readyWithinMs;
  while (!printed().includes(lastOfBanner)) {
    if (child.exitCode !== null || Date.now() > giveUpAt) {
      child.kill();
      throw new Error(`the ${app} system is not ready:\n${printed()}\n${readFileSync(files[1], 'utf8')}`);
    }
    await delay(50);
  }
  process.env[`HAWSER_TEST_${app.toUpperCase()}`] = JSON.stringify({
    dataDir,
    output: printed(),
    errors: files[1],
  });
}

export async function stopSharedSystem(app) {
  const { child, dataDir } = running.get(app);
  if (child.exitCode === null) {
    child.kill();
    await once(child, 'exit');
  }
  await rm(dataDir, { recursive: true, force: true });
}
