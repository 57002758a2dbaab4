import { EgressError } from '@hawser/egress';
import type { Exchange } from './exchanges.js';

/** Statuses after which there may still be a server of the SSE transport, as the specification of MCP has it. */
const mayBeSse: readonly (number | undefined)[] = [400, 404, 405];

export const eventStream = 'text/event-stream';

/** Whether the server may be one of the SSE transport only: the last message that it was sent says so. */
export function maySpeakSse(exchanges: readonly Exchange[]): boolean {
  return mayBeSse.includes(exchanges.findLast(isPost)?.status);
}

/**
 * The exchange that decided what came of them all; undefined when there was none.
 *
 * The stream for messages of the server's own, which is asked for after a POST that succeeded, and the end of a session
 * decide nothing. The stream of the SSE transport, which is asked for after a POST that failed, decides unless it is not
 * there either: then the answer to the POST says more.
 */
export function tellingOf(exchanges: readonly Exchange[]): Exchange | undefined {
  const lastPost = exchanges.findLast(isPost);
  const streamAt = exchanges.findIndex(
    ({ method }, index) => method === 'GET' && maySpeakSse(exchanges.slice(0, index)),
  );
  const stream = exchanges[streamAt];
  if (stream === undefined) return lastPost;
  if (isAbsent(stream)) return lastPost;
  const isOpen =
    stream.contentType === eventStream && !stream.complete && !(stream.error instanceof EgressError);
  // What was posted after it was answered through it, or not at all.
  return (isOpen ? exchanges.slice(streamAt).findLast(isPost) : undefined) ?? stream;
}

function isPost({ method }: Exchange): boolean {
  return method === 'POST';
}

function isAbsent({ status = 0 }: Exchange): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 403;
}
