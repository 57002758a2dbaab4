import type { CallContext } from '@hawser/contracts';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { goneSignal } from './gone-signal.js';
import { callContext } from './request-context.js';

interface CallerOptions {
  /** The call ends when the HTTP client leaves: for a `cancellable` contract. */
  untilGone?: boolean;
}

/** The context that goes with the call a controller makes. */
export const Caller = createParamDecorator(
  ({ untilGone = false }: CallerOptions = {}, context: ExecutionContext): CallContext => {
    const http = context.switchToHttp();
    const caller = callContext(http.getRequest<FastifyRequest>());
    if (untilGone) caller.signal = goneSignal(http.getResponse<FastifyReply>().raw);
    return caller;
  },
);
