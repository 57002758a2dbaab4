import type { TestReason } from '@hawser/contracts/probe';
import { EgressError, type EgressReason } from '@hawser/egress';
import { ProtocolError } from '@modelcontextprotocol/client';
import type { Challenge } from './challenge.js';
import { TimeUp } from './errand.js';
import type { Exchange } from './exchanges.js';
import { adviceFor } from './status-advice.js';
import { eventStream, tellingOf } from './telling.js';
import { inOneLine, quoted } from './told.js';

/** What is known of an attempt that failed. */
export interface Sighting {
  /** All that was seen on the wire, in order. */
  exchanges: readonly Exchange[];
  /** What the MCP client said, or why the signal aborted. It only words what the wire decides. */
  error: unknown;
  /** Texts that were sent and must not be repeated. */
  secrets: readonly string[];
}

export type Diagnosis =
  | { status: 'auth_required'; message: string; challenge: Challenge }
  | { status: 'error'; message: string; reason: TestReason };

const reasons: Record<EgressReason, TestReason> = {
  address_refused: 'address_refused',
  dns: 'dns',
  connection: 'connection',
  tls: 'tls',
  timeout: 'timeout',
  redirect: 'redirect',
  too_large: 'too_large',
  protocol: 'not_mcp',
};

/** It names a URL, and says what to do after that. */
const maxFailureLength = 500;
const isItMcp = 'Check that the endpoint is that of an MCP server: its path is usually /mcp.';
const isItUp = 'Look whether the server is up and can be reached, then try again.';

/**
 * Says what a failed attempt came to. Pure.
 * @throws `error` itself when nothing was sent: then it is no fault of the server's
 */
export function diagnose({ exchanges, error, secrets }: Sighting): Diagnosis {
  const telling = tellingOf(exchanges);
  if (telling !== undefined) return withRedirect(telling, whatItTells(telling, error, secrets), secrets);
  if (error instanceof TimeUp) {
    return failed('timeout', 'There was no time left to ask the server. Try again.');
  }
  throw error;
}

function whatItTells(telling: Exchange, error: unknown, secrets: readonly string[]): Diagnosis {
  const { status, challenge, contentType } = telling;
  if (challenge !== undefined) return { status: 'auth_required', message: authMessage(telling), challenge };
  const isSuccess = status !== undefined && status >= 200 && status < 300;
  if (status !== undefined && !isSuccess) return httpStatus(status, telling, secrets);
  if (contentType === 'text/html')
    return failed('not_mcp', `The server answered with a web page. ${isItMcp}`);
  const cause = [telling.error, error].find((each) => each instanceof EgressError);
  if (cause !== undefined) {
    const words = inOneLine(cause.message, secrets, maxFailureLength);
    return failed(reasons[cause.reason], `The request failed: ${ended(words)}`);
  }
  if (error instanceof TimeUp) return late(telling, error);
  if (status === undefined) return failed('connection', `The server could not be reached. ${isItUp}`);
  if (telling.method === 'GET' && telling.complete === true) return hungUp();
  return notMcp(telling, error, secrets);
}

function failed(reason: TestReason, message: string): Diagnosis {
  return { status: 'error', reason, message };
}

/** Many a wrong address leads to a page where people sign in. */
function withRedirect(
  { redirectedTo }: Exchange,
  diagnosis: Diagnosis,
  secrets: readonly string[],
): Diagnosis {
  if (redirectedTo === undefined) return diagnosis;
  const place = inOneLine(redirectedTo, secrets);
  return { ...diagnosis, message: `${diagnosis.message} The endpoint redirects to ${place}.` };
}

function authMessage({ status, contentType }: Exchange): string {
  if (status !== 403) {
    return `The server asks for a credential, or does not accept the one that it was given (HTTP ${status}).`;
  }
  const refused = 'The server refuses access (HTTP 403): the credential is missing, or lacks rights.';
  return contentType === 'text/html'
    ? `${refused} Or a firewall refuses us: the answer is a web page.`
    : refused;
}

function httpStatus(
  status: number,
  { contentType, excerpt = '', retryAfter }: Exchange,
  secrets: readonly string[],
): Diagnosis {
  const said = contentType === 'text/html' ? undefined : quoted(excerpt, secrets);
  const words = said === undefined ? '' : ` It said: ${said}`;
  return failed(
    'http_status',
    `The server answered HTTP ${status}. ${adviceFor(status, retryAfter)}${words}`,
  );
}

/** How far it came. */
function late({ status, contentType, complete }: Exchange, { withinMs }: TimeUp): Diagnosis {
  const time = `${Math.round(withinMs / 1_000)} s`;
  if (status === undefined) return failed('timeout', `The server did not answer within ${time}. ${isItUp}`);
  if (complete !== true) {
    const begun = `The server began to answer (HTTP ${status}), but had not finished after ${time}.`;
    return failed('timeout', `${begun} ${isItUp}`);
  }
  if (contentType === eventStream) return hungUp();
  return failed('not_mcp', `The server took the message (HTTP ${status}), but never answered it. ${isItMcp}`);
}

function hungUp(): Diagnosis {
  return failed('connection', `The server closed the stream before it had answered. ${isItUp}`);
}

function notMcp({ status, contentType }: Exchange, error: unknown, secrets: readonly string[]): Diagnosis {
  const said = error instanceof Error ? quoted(error.message, secrets) : undefined;
  if (error instanceof ProtocolError) {
    const words = said === undefined ? '.' : `: ${said}`;
    return failed('not_mcp', `The server refused the request with JSON-RPC error ${error.code}${words}`);
  }
  if (contentType !== 'application/json' && contentType !== eventStream) {
    const type = quoted(contentType ?? '', secrets) ?? 'no content type';
    return failed('not_mcp', `The server answered HTTP ${status} with ${type}, which is not MCP. ${isItMcp}`);
  }
  const words = said === undefined ? '' : ` What is wrong with it: ${said}`;
  return failed('not_mcp', `The server answered HTTP ${status}, but not as MCP has it. ${isItMcp}${words}`);
}

function ended(text: string): string {
  return /[.?!…]$/.test(text) ? text : `${text}.`;
}
