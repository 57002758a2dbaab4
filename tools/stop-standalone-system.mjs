/** Jest's globalTeardown for the standalone project. */
import { stopSharedSystem } from './shared-system.mjs';

export default function stopStandaloneSystem() {
  return stopSharedSystem('standalone');
}
