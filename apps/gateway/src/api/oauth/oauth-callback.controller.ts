import type { CallContext } from '@hawser/contracts';
import { completeOAuth, type CompletedOAuth } from '@hawser/contracts/vault';
import { BusClient } from '@hawser/messaging';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../access/requires.js';
import { anonymousContext } from '../../http/request-context.js';
import { asServiceError } from '../../problems/problem.filter.js';
import { callbackHeaders, callbackPage } from './callback-page.js';
import { readCallback } from './callback-query.js';
import { wordsOf, wordsOfFailure, type CallbackWords } from './callback-words.js';
import { returnAddress } from './return-address.js';

const query = { required: false, schema: { type: 'string' } } as const;

/** A whole HTML document. */
const page = { schema: { type: 'string' } };

/** Where providers send the browser back to. Whose sign-in it is, the state alone says. */
@ApiTags('OAuth')
@Controller('api/v1/oauth/callback')
export class OAuthCallbackController {
  constructor(private readonly bus: BusClient) {}

  @Get()
  @Public()
  @ApiOperation({
    summary: 'Finish a sign-in: for the browser that comes back from the provider',
    description:
      'Answers a page for a person; or, where the sign-in was begun with `return_to`, sends the browser on to there ' +
      'with `status` (connected or failed), `credential_id`, and for a failure `error` in the query.',
  })
  @ApiQuery({ ...query, name: 'error_description' })
  @ApiQuery({ ...query, name: 'error', description: 'why there is no code' })
  @ApiQuery({ ...query, name: 'iss', description: 'who the provider is (RFC 9207)' })
  @ApiQuery({ ...query, name: 'code' })
  @ApiQuery({ ...query, name: 'state', description: 'as `initiate` answered it; good for one callback' })
  @ApiProduces('text/html')
  @ApiResponse({ ...page, status: 200, description: 'the credential is filled' })
  @ApiResponse({
    status: 302,
    description:
      'to the `return_to` of the sign-in, connected or failed; a `state` that is not good gets a page',
  })
  @ApiResponse({
    ...page,
    status: 400,
    description: 'declined, or not a sign-in that can be finished; nothing was stored',
  })
  @ApiResponse({ ...page, status: 502, description: 'the provider gave out no access for the code' })
  @ApiResponse({
    ...page,
    status: 503,
    description: 'nobody was there to finish it: loading the page again may help',
  })
  @ApiResponse({ ...page, status: 500, description: 'something went wrong: look at the credential' })
  @ApiResponse({ ...page, status: 504, description: 'it took too long: look at the credential' })
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.headers(callbackHeaders);
    // Answered wherever there is a GET. Whoever only looks at the link, as scanners of mail do, must not use it up.
    if (request.method === 'HEAD') return void reply.type(html).send();
    let completed: CompletedOAuth;
    try {
      const callback = readCallback(request.query as Record<string, unknown>);
      completed = await this.bus.call(completeOAuth, callback, contextOf(request));
    } catch (error) {
      const { code } = asServiceError(error, request);
      return sendPage(reply, wordsOfFailure(code));
    }
    const { return_to } = completed;
    const address = return_to === null ? null : returnAddress(return_to, completed);
    if (address === null) sendPage(reply, wordsOf(completed));
    else void reply.redirect(address, 302);
  }
}

const html = 'text/html; charset=utf-8';

function sendPage(reply: FastifyReply, words: CallbackWords): void {
  void reply.status(words.status).type(html).send(callbackPage(words, reply.request.id));
}

function contextOf(request: FastifyRequest): CallContext {
  return { ...anonymousContext(request), actor: { kind: 'system', id: 'oauth-callback' } };
}
