import type { ResolvedServer } from '@hawser/contracts/bindings';
import type { Target } from '../mcp/mcp-connection.js';

/** Where a value of a stored credential belongs. */
const template = '{{credential:';

/** How to reach a server, and which of its headers cannot be sent because their values are not here. */
export interface Reachable {
  target: Target;
  leftOut: string[];
}

/** Null when the server says nowhere where it is. */
export function reachable({ endpoint, headers }: ResolvedServer): Reachable | null {
  if (endpoint === null || !URL.canParse(endpoint)) return null;
  const all = Object.entries(headers ?? {});
  const isTemplate = ([, value]: [string, string]): boolean => value.includes(template);
  return {
    target: {
      endpoint: new URL(endpoint),
      headers: Object.fromEntries(all.filter((header) => !isTemplate(header))),
    },
    leftOut: all.filter(isTemplate).map(([name]) => name),
  };
}
