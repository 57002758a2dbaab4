export { discoverOAuth, refreshToolsFromServer, testServer } from './rpc.js';
export {
  AuthorizationHint,
  ServerTest,
  testedTransports,
  testReasons,
  testStatuses,
  type TestedTransport,
  type TestReason,
  type TestStatus,
} from './server-test.dto.js';
export { DiscoveredOAuth, DiscoverOAuth } from './oauth-discovery.dto.js';
