import { type CallContext } from '@hawser/contracts';
import {
  AutoConnect,
  autoConnect,
  AutoConnected,
  ExchangedOAuth,
  exchangeOAuth,
  ExchangeOAuth,
  initiateOAuth,
  InitiateOAuth,
  LoopbackOAuth,
  StartedLoopbackOAuth,
  StartedOAuth,
  startLoopbackOAuth,
} from '@hawser/contracts/vault';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { PublicUrl } from '../../http/public-url.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('OAuth')
@Controller('api/v1/oauth')
export class OAuthFlowsController {
  constructor(
    private readonly bus: BusClient,
    private readonly publicUrl: PublicUrl,
  ) {}

  @Post('initiate')
  @Requires('oauth.connect')
  @Operation('Begin to sign in at a provider', initiateOAuth, {
    description:
      'Open `auth_url` in the browser of whoever signs in, within ten minutes. The provider sends it back to the ' +
      "callback, which fills the credential: `credential_id`'s, or a new one of `provider`. With `return_to` the " +
      'browser goes on to there. With a `redirect_uri` of your own, code and state come to you; pass them on to ' +
      '`oauth/exchange`.',
  })
  initiate(@Body() body: InitiateOAuth, @Caller() caller: CallContext): Promise<StartedOAuth> {
    return this.bus.call(initiateOAuth, { ...body, public_url: this.publicUrl.value }, caller);
  }

  @Post('loopback')
  @Requires('oauth.connect')
  @Operation('Begin to sign in from a program on the same machine as the browser', startLoopbackOAuth, {
    description:
      'The program listens on 127.0.0.1 at `port`, opens `auth_url` in the browser, and passes the code and the ' +
      'state that come to `redirect_uri` on to `oauth/exchange` (RFC 8252).',
  })
  loopback(@Body() body: LoopbackOAuth, @Caller() caller: CallContext): Promise<StartedLoopbackOAuth> {
    return this.bus.call(startLoopbackOAuth, body, caller);
  }

  @Post('exchange')
  @Requires('oauth.connect')
  @Operation('Finish a sign-in whose code did not come to the callback', exchangeOAuth)
  exchange(@Body() body: ExchangeOAuth, @Caller() caller: CallContext): Promise<ExchangedOAuth> {
    return this.bus.call(exchangeOAuth, body, caller);
  }

  @Post('auto-connect')
  @Requires('oauth.auto-connect')
  @Operation('Connect an MCP server that wants its users to sign in', autoConnect, {
    description:
      'Finds out where the server wants its users to sign in, registers Hawser there where that is offered, and makes ' +
      'a server of the workspace whose Authorization header is a template on a new credential. With `authorize`, open ' +
      '`auth_url` in a browser; the server can be used after that. With `needs_client_id`, set a client for `provider` ' +
      'first, then connect again. Takes up to 30 s.',
  })
  autoConnect(
    @Body() body: AutoConnect,
    @Caller({ untilGone: true }) caller: CallContext,
  ): Promise<AutoConnected> {
    return this.bus.call(autoConnect, { ...body, public_url: this.publicUrl.value }, caller);
  }
}
