import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ServiceError } from '@hawser/contracts';
import { toProblem } from './problem.js';

// https://nodejs.org/api/http.html#event-clienterror
const refusals: Record<string, { status: number; detail: string }> = {
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'the headers are larger than 16 KiB together' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'the request did not arrive in time' },
};
const unreadable = { status: 400, detail: 'this is not an HTTP request that can be read' };

/** Answers what Node could not read as a request, so that nothing else ever sees it. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, detail } = refusals[error.code ?? ''] ?? unreadable;
  const title = STATUS_CODES[status] ?? 'Error';
  const requestId = `req_${randomUUID()}`;
  const problem = { ...toProblem(new ServiceError('malformed_message', detail), requestId), title, status };
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `x-request-id: ${requestId}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
