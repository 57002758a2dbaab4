import { readFile } from 'node:fs/promises';
import { Banner } from './banner.js';
import { Distributed } from './distributed.js';
import { DistributedFiles } from './distributed-files.js';
import type { ProgramRun, StartOptions } from './program-run.js';
import { Standalone } from './standalone.js';
import type { Gateways } from './gateways.js';
import { way } from './way.js';

/** What a scenario needs of a system, whichever way it runs. */
export interface System {
  gateways: Gateways;
  ownerToken: string;
  demoAgentId: string;
  /** What its programs complained of so far, one item a line. */
  complaints: () => Promise<string[]>;
}

/** What tools/shared-system.mjs tells of the one that it has started for the whole run: a start takes seconds. */
interface Shared {
  dataDir: string;
  output: string;
  /** The file with what it has written to stderr. */
  errors: string;
}

/** The system of this project's way. Other files may be using it too, each in workspaces of its own. */
export function theSystem(): Promise<System> {
  const told = process.env[`HAWSER_TEST_${way.toUpperCase()}`] ?? '';
  if (told === '') throw new Error(`the ${way} system was not started for this run`);
  const { dataDir, output, errors } = JSON.parse(told) as Shared;
  const banner = new Banner(() => output);
  return Promise.resolve({
    gateways: banner.readGateways(),
    ownerToken: banner.ownerToken,
    demoAgentId: banner.demoAgentId,
    complaints: () => (way === 'standalone' ? linesOf(errors) : new DistributedFiles(dataDir).complaints()),
  });
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
}

/** A system of this project's way that a test may do with as it likes; of services of their own one replica each. */
export function startSystem({ env, ...options }: StartOptions = {}): Promise<ProgramRun & System> {
  return way === 'standalone'
    ? Standalone.start({ ...options, ...(env && { env }) })
    : Distributed.start({ ...options, env: { HAWSER_REPLICAS: '1', ...env } });
}
