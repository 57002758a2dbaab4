import type { CallContext } from '@hawser/contracts';
import {
  autoConnect,
  completeOAuth,
  exchangeOAuth,
  initiateOAuth,
  startLoopbackOAuth,
  type AutoConnected,
  type CompletedOAuth,
  type ExchangedOAuth,
  type ExchangeOAuth,
  type LoopbackOAuth,
  type OAuthCallback,
  type StartAutoConnect,
  type StartedLoopbackOAuth,
  type StartedOAuth,
  type StartOAuth,
} from '@hawser/contracts/vault';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { AutoConnectService } from './auto-connect.service.js';
import { CallbackService } from './callback.service.js';
import { ExchangeService } from './exchange.service.js';
import { SignInService } from './sign-in.service.js';

@Controller()
export class OAuthFlowHandler {
  constructor(
    private readonly signIns: SignInService,
    private readonly callbacks: CallbackService,
    private readonly exchanges: ExchangeService,
    private readonly connections: AutoConnectService,
  ) {}

  @Handles(initiateOAuth)
  initiate(request: StartOAuth, context: CallContext): Promise<StartedOAuth> {
    return this.signIns.initiate(context, request);
  }

  @Handles(startLoopbackOAuth)
  startLoopback(request: LoopbackOAuth, context: CallContext): Promise<StartedLoopbackOAuth> {
    return this.signIns.startLoopback(context, request);
  }

  @Handles(completeOAuth)
  complete(callback: OAuthCallback, context: CallContext): Promise<CompletedOAuth> {
    return this.callbacks.complete(context, callback);
  }

  @Handles(exchangeOAuth)
  exchange(request: ExchangeOAuth, context: CallContext): Promise<ExchangedOAuth> {
    return this.exchanges.exchange(context, request);
  }

  @Handles(autoConnect)
  autoConnect(request: StartAutoConnect, context: CallContext): Promise<AutoConnected> {
    return this.connections.connect(context, request);
  }
}
