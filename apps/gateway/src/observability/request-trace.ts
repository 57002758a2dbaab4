import { childTraceparent, isTraceparent, traceparentOf } from '@hawser/messaging';
import type { Span } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';

/** Which request it is, and of which trace: its own span's, else its caller's, else a new one that begins here. */
export class RequestTrace {
  readonly requestId: string;
  /** When it arrived, in ms since 1970: nothing made for it may take longer than from there. */
  readonly beganAtMs = Date.now();
  private known: string | undefined;

  constructor(
    private readonly request: Pick<FastifyRequest, 'id' | 'headers'>,
    private readonly span: Span | undefined,
  ) {
    this.requestId = request.id;
  }

  /** Made up when first asked for: most requests of a quiet gateway never are. */
  get traceparent(): string {
    return (this.known ??= this.span === undefined ? this.given() : traceparentOf(this.span));
  }

  private given(): string {
    const { traceparent } = this.request.headers;
    const isGiven = typeof traceparent === 'string' && isTraceparent(traceparent);
    return isGiven ? traceparent : childTraceparent(undefined);
  }
}
