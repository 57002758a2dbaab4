import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { callContext } from './request-context.js';

/** The context that goes with the call a controller makes. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callContext(context.switchToHttp().getRequest<FastifyRequest>()),
);
