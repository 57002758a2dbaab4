import { Module } from '@nestjs/common';
import { CredentialsModule } from '../../credentials/credentials.module.js';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { OAuthServersModule } from '../servers/oauth-servers.module.js';
import { AutoConnectService } from './auto-connect.service.js';
import { CallbackService } from './callback.service.js';
import { CodeExchange } from './code-exchange.js';
import { ConnectingCredential } from './connecting-credential.js';
import { ConnectionPlaces } from './connection-places.js';
import { ExchangeService } from './exchange.service.js';
import { FlowClients } from './flow-clients.js';
import { FlowNames } from './flow-names.js';
import { FlowStart } from './flow-start.js';
import { FlowTargets } from './flow-targets.js';
import { OAuthFlowHandler } from './oauth-flow.handler.js';
import { OAuthFlowRepository } from './oauth-flow.repository.js';
import { OAuthFlows } from './oauth-flows.js';
import { SignInService } from './sign-in.service.js';

/** The ways to sign in: from the first page of the provider to tokens that a credential has. */
@Module({
  imports: [CredentialsModule, OAuthServersModule, TenantsModule],
  controllers: [OAuthFlowHandler],
  providers: [
    SignInService,
    CallbackService,
    ExchangeService,
    AutoConnectService,
    ConnectionPlaces,
    ConnectingCredential,
    FlowTargets,
    FlowClients,
    FlowNames,
    FlowStart,
    CodeExchange,
    OAuthFlows,
    OAuthFlowRepository,
  ],
})
export class OAuthFlowsModule {}
