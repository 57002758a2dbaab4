import type { ResolvedServer } from '@hawser/contracts/bindings';
import type { Target } from '../mcp/mcp-connection.js';

/** In place of what this caller may not have sent. */
const redacted = '[REDACTED]';

/** How to reach a server, and which of its headers cannot be sent because their values are not here. */
export interface Reachable {
  target: Target;
  leftOut: string[];
}

/**
 * Null when the server says nowhere where it is.
 * @param secrets values of credentials within the server
 */
export function reachable(
  { endpoint, headers }: ResolvedServer,
  secrets: readonly string[],
): Reachable | null {
  if (endpoint === null || !URL.canParse(endpoint)) return null;
  const all = Object.entries(headers ?? {});
  const isRedacted = ([, value]: [string, string]): boolean => value === redacted;
  return {
    target: {
      endpoint: new URL(endpoint),
      headers: Object.fromEntries(all.filter((header) => !isRedacted(header))),
      secrets,
    },
    leftOut: all.filter(isRedacted).map(([name]) => name),
  };
}
