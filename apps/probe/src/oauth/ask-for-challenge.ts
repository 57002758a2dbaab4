import type { Fetch } from '@hawser/egress';
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  LATEST_PROTOCOL_VERSION,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/client';
import { identity } from '../limits.js';
import { challengeOf, type Challenge } from '../mcp/challenge.js';
import { outcomeOf, shown, stepAt, type DiscoveryStep } from './discovery-step.js';

const step = 'the server itself';
const modernVersion = '2026-07-28';
const jsonHeaders = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };

/** The first request that each kind of server knows: those of 2026-07-28, those before, and those over HTTP+SSE. */
const firstRequests: Record<string, RequestInit> = {
  'server/discover': {
    method: 'POST',
    headers: { ...jsonHeaders, 'mcp-protocol-version': modernVersion, 'mcp-method': 'server/discover' },
    body: call('server/discover', {
      _meta: {
        [PROTOCOL_VERSION_META_KEY]: modernVersion,
        [CLIENT_INFO_META_KEY]: identity,
        [CLIENT_CAPABILITIES_META_KEY]: {},
      },
    }),
  },
  initialize: {
    method: 'POST',
    headers: jsonHeaders,
    body: call('initialize', {
      protocolVersion: LATEST_PROTOCOL_VERSION,
      capabilities: {},
      clientInfo: identity,
    }),
  },
  GET: { method: 'GET', headers: { accept: 'text/event-stream' } },
};

function call(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
}

export interface Asked {
  /** Of the first answer that asks for a credential. */
  challenge?: Challenge;
  /** It answered as a server of MCP may, and asked for no credential. */
  isOpen: boolean;
  /** Why no answer came, if none did. */
  failure?: string;
}

/**
 * Asks a server for anything at all, without a credential, for the challenge that says where to get one. Never throws
 * for what the peer does.
 */
export async function askForChallenge(serverUrl: URL, fetch: Fetch, steps: DiscoveryStep[]): Promise<Asked> {
  for (const [name, request] of Object.entries(firstRequests)) {
    try {
      const response = await fetch(serverUrl, request);
      await response.body?.cancel();
      const { status } = response;
      if (status === 401 || status === 403) {
        const challenge = challengeOf(response);
        steps.push(stepAt(serverUrl, step, `${name}: HTTP ${status}, ${inWords(challenge)}`));
        return { challenge, isOpen: false };
      }
      steps.push(stepAt(serverUrl, step, `${name}: HTTP ${status}`));
      if (!response.ok) continue;
      await endSession(serverUrl, response, fetch);
      return { isOpen: isOfMcp(response) };
    } catch (error) {
      // What keeps one request from an answer keeps the others from one, and the time is short.
      const failure = shown(outcomeOf(error));
      steps.push(stepAt(serverUrl, step, `${name}: ${failure}`));
      return { isOpen: false, failure };
    }
  }
  return { isOpen: false };
}

function inWords({ scheme, resourceMetadataUrl }: Challenge): string {
  const asks = scheme === undefined ? 'without a challenge' : `asks for ${scheme}`;
  return resourceMetadataUrl === undefined ? asks : `${asks}, metadata at ${resourceMetadataUrl.href}`;
}

/** A server of before 2026-07-28 has opened a session for the question, and would keep it. */
async function endSession(serverUrl: URL, response: Response, fetch: Fetch): Promise<void> {
  const session = response.headers.get('mcp-session-id');
  if (session === null) return;
  const goodbye = fetch(serverUrl, { method: 'DELETE', headers: { 'mcp-session-id': session } });
  // Whether it takes leave of us as well changes nothing.
  await goodbye.then(({ body }) => body?.cancel()).catch(() => undefined);
}

function isOfMcp(response: Response): boolean {
  return /^(application\/json|text\/event-stream)\b/i.test(response.headers.get('content-type') ?? '');
}
