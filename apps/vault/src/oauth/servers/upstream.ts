import { Egress, EgressError, type EgressReason } from '@hawser/egress';
import { Injectable } from '@nestjs/common';
import type { OAuthServer } from './oauth-server.js';
import { TokenEndpointError } from './token-endpoint-error.js';

/** One request, answer included: shorter than the lease of a refresh. */
export const upstreamMs = 5_000;
/** Of one answer; real ones have some kilobytes. */
export const maxAnswerBytes = 256 * 1024;
const userAgent = 'hawser';

export interface Answer {
  status: number;
  text: string;
}

/** For these a later try may do; all else has to be mended by somebody. */
const passing: readonly EgressReason[] = ['dns', 'connection', 'tls', 'timeout'];

/** Requests to authorization servers: short, small, and passed on to no other address, for they hold secrets. */
@Injectable()
export class Upstream {
  constructor(private readonly egress: Egress) {}

  /**
   * @param signal of a caller who may leave
   * @throws TokenEndpointError unreachable; refused: an address that is not allowed, a redirect, an answer too long
   */
  async ask(
    server: OAuthServer,
    url: string | URL,
    init: RequestInit,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const inTime = AbortSignal.timeout(upstreamMs);
    const limits = {
      signal: signal === undefined ? inTime : AbortSignal.any([signal, inTime]),
      maxBytes: maxAnswerBytes,
      maxRedirects: 0,
    };
    const headers = new Headers(init.headers);
    headers.set('user-agent', userAgent);
    try {
      const fetch = this.egress.fetchWithin(limits);
      const response = await fetch(url, { ...init, headers, redirect: 'manual' });
      if (response.status < 300 || response.status > 399)
        return { status: response.status, text: await response.text() };
      await response.body?.cancel();
    } catch (error) {
      throw failureOf(server, error, limits.signal);
    }
    throw new TokenEndpointError(
      'refused',
      `${server.name} answered with a redirect, which is not followed with secrets: its metadata must name the address where it ends`,
    );
  }
}

function failureOf({ name }: OAuthServer, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted)
    return new TokenEndpointError('unreachable', `${name} did not answer in time: try again later`);
  if (!(error instanceof EgressError)) return error;
  const kind = passing.includes(error.reason) ? 'unreachable' : 'refused';
  return new TokenEndpointError(kind, `${name} could not be asked: ${error.message}`);
}
