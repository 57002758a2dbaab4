/** Jest's globalSetup for the standalone project. */
import { startSharedSystem } from './shared-system.mjs';

export default function startStandaloneSystem() {
  return startSharedSystem('standalone', 'resolved?workspace_id=demo');
}
