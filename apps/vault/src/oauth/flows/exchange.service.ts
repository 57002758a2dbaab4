import { ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import type { ExchangedOAuth, ExchangeOAuth } from '@hawser/contracts/vault';
import { Injectable } from '@nestjs/common';
import { CredentialRepository } from '../../credentials/credential.repository.js';
import { starterOf } from '../../credentials/starter.js';
import { OAuthServers } from '../servers/oauth-servers.js';
import { CodeExchange } from './code-exchange.js';
import { issuerFault } from './issuer.js';
import { OAuthFlows, type StateFault } from './oauth-flows.js';

const beginAgain = 'begin the sign-in again';

const wordsFor: Record<StateFault, string> = {
  unknown: `is of no sign-in that you began for this credential: ${beginAgain}`,
  used: `has been used before: ${beginAgain}`,
  expired: `has expired: ${beginAgain}`,
  elsewhere: 'is of a sign-in that began with another redirect_uri: send that one, or leave it out',
};

/** For callers who were sent the code themselves: on loopback, or at a redirect URI of their own. */
@Injectable()
export class ExchangeService {
  constructor(
    private readonly flows: OAuthFlows,
    private readonly servers: OAuthServers,
    private readonly credentials: CredentialRepository,
    private readonly codes: CodeExchange,
  ) {}

  async exchange(context: CallContext, request: ExchangeOAuth): Promise<ExchangedOAuth> {
    const workspaceId = workspaceOf(context);
    const { credential_id, code, state, iss } = request;
    if (!code) throw ServiceError.invalid('code', 'is required, as the provider sent it with the state');
    const credential = await this.credentials.find(workspaceId, credential_id);
    if (credential === null) throw ServiceError.notFound('credential', credential_id);
    const owner = { workspaceId, startedBy: starterOf(context.actor), credentialId: credential_id };
    const taken = await this.flows.takeByOwner(state, owner, {
      redirectUri: request.redirect_uri || null,
      codeVerifier: request.code_verifier || null,
    });
    if (typeof taken === 'string') throw stateInvalid(taken);
    const server = await this.servers.find(workspaceId, taken.flow.provider);
    if (server === null) throw ServiceError.notFound('OAuth provider', taken.flow.provider);
    const fault = issuerFault(server, iss);
    if (fault !== null) throw ServiceError.invalid('iss', `${fault}; ${beginAgain}`, iss ?? undefined);
    await this.codes.run(context, taken, server, credential, code);
    return { status: 'active', credential_id };
  }
}

function stateInvalid(fault: StateFault): ServiceError {
  return new ServiceError('oauth_state_invalid', `the state ${wordsFor[fault]}`, {
    reason: fault,
  });
}
