/** Jest's globalSetup for the distributed project. */
import { startSharedSystem } from './shared-system.mjs';

export default function startDistributedSystem() {
  return startSharedSystem('distributed', 'SIGUSR2');
}
