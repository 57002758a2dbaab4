import {
  applyDecorators,
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';

/** Interceptors run before the body is validated. */
@Injectable()
class ReadNoneAsEmpty implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.body === undefined) request.body = {};
    return next.handle();
  }
}

/** For a route that needs no body: none at all is the same as `{}`. */
export const OptionalBody = (type: Type): MethodDecorator =>
  applyDecorators(UseInterceptors(ReadNoneAsEmpty), ApiBody({ type, required: false }));

/** The body of a route whose path says it all. */
export class NoFields {}
