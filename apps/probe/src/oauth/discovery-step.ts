import { TimeUp } from '../mcp/errand.js';

/** One place that was looked at, for the person who wonders why nothing was found there. */
export interface DiscoveryStep {
  /** What was looked for. */
  step: string;
  /** Without what may be secret in it: user, query and fragment. */
  url: string;
  /** What came of it: a short sentence. */
  outcome: string;
}

export function stepAt(url: URL, step: string, outcome: string): DiscoveryStep {
  const place = new URL(url);
  place.username = place.password = place.search = place.hash = '';
  return { step, url: shown(place.href), outcome: shown(outcome) };
}

/** Why a request, or the reading of its answer, came to nothing. */
export function outcomeOf(error: unknown): string {
  // Of the whole errand, and of one place.
  if (error instanceof TimeUp || (error as Error).name === 'TimeoutError') return 'no answer in time';
  return error instanceof Error ? error.message : String(error);
}

const mostShown = 300;

/** A text of a peer's, no longer than a person would read. */
export function shown(text: string): string {
  return text.length <= mostShown ? text : `${text.slice(0, mostShown)}…`;
}
