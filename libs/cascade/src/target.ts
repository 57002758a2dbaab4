import type { Transport } from './rows.js';

/** Where a server's secrets go: to an address, or into a process. */
export interface Target {
  readonly transport: Transport;
  readonly endpoint: string | null;
  readonly command: string | null;
}

/**
 * Rule 3: whether secrets meant for one target may go to the other: the same transport, and the same origin
 * (RFC 6454) of the endpoint or the same command. Endpoints that are no URLs must be the same text.
 */
export function isSameTarget(one: Target, other: Target): boolean {
  if (one.transport !== other.transport) return false;
  if (one.transport === 'stdio') return one.command === other.command;
  if (one.endpoint === other.endpoint) return true;
  const origin = urlOriginOf(one.endpoint);
  return origin !== null && origin === urlOriginOf(other.endpoint);
}

/** The origin (RFC 6454) that secrets go to; null for a process, and for an endpoint that has none. */
export function originOfTarget({ transport, endpoint }: Target): string | null {
  return transport === 'stdio' ? null : urlOriginOf(endpoint);
}

/** For messages. Of an endpoint only the origin is shown: paths and queries of MCP servers may hold keys. */
export function describeTarget({ transport, endpoint, command }: Target): string {
  if (transport === 'stdio') return command === null ? 'no command' : `the command "${command}"`;
  return endpoint === null ? 'no endpoint' : (urlOriginOf(endpoint) ?? 'an endpoint that is not a URL');
}

function urlOriginOf(endpoint: string | null): string | null {
  // A backslash is a slash to this parser, but not to all that runtimes use: to them another host may come after it.
  const url = endpoint === null || endpoint.includes('\\') ? null : URL.parse(endpoint);
  // Schemes without an origin of their own all serialise to the text "null".
  return url === null || url.origin === 'null' ? null : url.origin;
}
