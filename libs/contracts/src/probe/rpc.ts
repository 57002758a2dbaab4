import { CrewServerRef } from '../bindings/servers.dto.js';
import { RefreshedTools } from '../bindings/tools.dto.js';
import { ResolveServer } from '../bindings/resolver.dto.js';
import { defineRpc } from '../contract.js';
import { DiscoveredOAuth, DiscoverOAuth } from './oauth-discovery.dto.js';
import { ServerTest } from './server-test.dto.js';

const subject = (name: string): string => `hawser.probe.${name}.v1`;

/** The probe's own limit of 10 s, and some time to wait for a free place and for `bindings`. */
const deadlineMs = 15_000;

/** Tries a server out: never fails because of what the server does, but answers it. */
export const testServer = defineRpc({
  subject: subject('server.test'),
  request: ResolveServer,
  response: ServerTest,
  errors: ['not_found', 'service_busy', 'secret_encryption_unavailable'],
  deadlineMs,
  cancellable: true,
});

/** Asks a crew's server for its tools and records them. */
export const refreshToolsFromServer = defineRpc({
  subject: subject('tools.refresh'),
  request: CrewServerRef,
  response: RefreshedTools,
  errors: ['not_found', 'upstream_failed', 'service_busy', 'secret_encryption_unavailable'],
  deadlineMs,
  cancellable: true,
});

/** Finds out where an MCP server wants its users to sign in. */
export const discoverOAuth = defineRpc({
  subject: subject('oauth.discover'),
  request: DiscoverOAuth,
  response: DiscoveredOAuth,
  errors: ['oauth_not_found', 'service_busy'],
  deadlineMs,
  cancellable: true,
});
