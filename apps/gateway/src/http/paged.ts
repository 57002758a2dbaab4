import {
  applyDecorators,
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';

interface PageAnswer {
  items: object[];
  next_cursor: string | null;
}

/** A list without an envelope says where it goes on in a `Link` header (RFC 8288). */
@Injectable()
class LinkNextPage implements NestInterceptor<PageAnswer, object[]> {
  intercept(context: ExecutionContext, next: CallHandler<PageAnswer>): Observable<object[]> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      map(({ items, next_cursor }) => {
        if (next_cursor !== null) {
          const url = new URL(http.getRequest<FastifyRequest>().url, 'http://gateway');
          url.searchParams.set('cursor', next_cursor);
          http.getResponse<FastifyReply>().header('link', `<${url.pathname}${url.search}>; rel="next"`);
        }
        return items;
      }),
    );
  }
}

/** Answers a page as a bare array. */
export const BareArray = (): MethodDecorator => applyDecorators(UseInterceptors(LinkNextPage));
