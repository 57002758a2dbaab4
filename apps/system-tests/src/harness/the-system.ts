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

/** A system of this project's way for a file's tests. Other files may be using it too, each in workspaces of its own. */
export async function theSystem(): Promise<System> {
  return way === 'standalone' ? Standalone.start() : sharedDistributed();
}

/** A system of this project's way that a test may do with as it likes. */
export function startSystem(options?: StartOptions): Promise<ProgramRun & System> {
  return way === 'standalone' ? Standalone.start(options) : Distributed.start(options);
}

/** The one that tools/start-distributed-system.mjs has started for the whole run: a start takes seconds. */
function sharedDistributed(): System {
  const { HAWSER_TEST_SYSTEM = '' } = process.env;
  if (HAWSER_TEST_SYSTEM === '') throw new Error('the distributed system was not started for this run');
  const { dataDir, output } = JSON.parse(HAWSER_TEST_SYSTEM) as { dataDir: string; output: string };
  const banner = new Banner(() => output);
  const files = new DistributedFiles(dataDir);
  return {
    gateways: banner.readGateways(),
    ownerToken: banner.ownerToken,
    demoAgentId: banner.demoAgentId,
    complaints: () => files.complaints(),
  };
}
