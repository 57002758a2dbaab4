import type { Fetch, FetchLimits } from '../egress.js';
import { Egress } from '../egress.js';
import { EgressError } from '../errors.js';
import { EgressPolicy } from '../policy.js';
import type { Resolve } from '../resolve.js';

export const localhostOnly = ['127.0.0.1/32'];

interface Setting {
  networks?: readonly string[];
  /** Addresses by name; any other name is a mistake of the test. */
  names?: Readonly<Record<string, readonly string[]>>;
  resolve?: Resolve;
  ca?: string;
}

/** May go to 127.0.0.1, which `mcp.test` stands for, unless told otherwise. */
export function egressFor({ networks = localhostOnly, names = {}, resolve, ca }: Setting = {}): Egress {
  const known: Setting['names'] = { 'mcp.test': ['127.0.0.1'], ...names };
  const answer: Resolve = (name) =>
    known[name] === undefined
      ? Promise.reject(new Error(`nobody asks for ${name}`))
      : Promise.resolve(known[name]);
  return new Egress({ policy: EgressPolicy.allowing(networks), resolve: resolve ?? answer, ca });
}

/** With limits that a test does not meet by chance. */
export function errandOf(egress: Egress, limits: Partial<FetchLimits> = {}): Fetch {
  return egress.fetchWithin({
    signal: AbortSignal.timeout(20_000),
    maxBytes: 1024 * 1024,
    maxRedirects: 3,
    ...limits,
  });
}

/** What became of it: the text of the answer, or the reason and message of the EgressError. */
export async function outcomeOf(
  answer: Promise<Response>,
): Promise<string | Pick<EgressError, 'reason' | 'message'>> {
  try {
    return await (await answer).text();
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    return { reason: error.reason, message: error.message };
  }
}

/** Only the reason, or that there was an answer. */
export async function reasonOf(answer: Promise<Response>): Promise<string> {
  const outcome = await outcomeOf(answer);
  return typeof outcome === 'string' ? 'answered' : outcome.reason;
}
