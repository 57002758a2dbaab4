/** Jest's globalTeardown for the distributed project. */
import { stopSharedSystem } from './shared-system.mjs';

export default function stopDistributedSystem() {
  return stopSharedSystem('distributed');
}
