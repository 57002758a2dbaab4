import { ServiceError, type CallContext, type ErrorCode } from '@hawser/contracts';
import type { CallbackOutcome, CompletedOAuth, OAuthCallback } from '@hawser/contracts/vault';
import { Injectable, Logger } from '@nestjs/common';
import type { CredentialEntity } from '../../credentials/credential.entity.js';
import { CredentialRepository } from '../../credentials/credential.repository.js';
import type { OAuthServer } from '../servers/oauth-server.js';
import { OAuthServers } from '../servers/oauth-servers.js';
import { CodeExchange } from './code-exchange.js';
import { issuerFault } from './issuer.js';
import type { OAuthFlowEntity } from './oauth-flow.entity.js';
import { OAuthFlows, type TakenFlow } from './oauth-flows.js';

/** What an exchange fails with that had its try; all else is our own trouble. */
const failedExchange: readonly ErrorCode[] = ['upstream_failed', 'oauth_client_missing', 'not_found'];
/** RFC 6749, section 4.1.2.1; whatever else comes as one is not worth a line in the log. */
const errorOfProvider = /^[a-z_]{1,40}$/;

interface Ending {
  outcome: CallbackOutcome;
  /** For the log. */
  why?: string | undefined;
}

/** Hawser's own callback: it comes by way of a browser that nobody has authenticated. */
@Injectable()
export class CallbackService {
  private readonly log = new Logger(CallbackService.name);

  constructor(
    private readonly flows: OAuthFlows,
    private readonly servers: OAuthServers,
    private readonly credentials: CredentialRepository,
    private readonly codes: CodeExchange,
  ) {}

  /** Whatever comes is answered with its outcome. Who has no good state is told nothing about any flow. */
  async complete(context: CallContext, callback: OAuthCallback): Promise<CompletedOAuth> {
    const taken = callback.state ? await this.flows.takeAtCallback(callback.state) : 'unknown';
    if (typeof taken === 'string') {
      // By the request's id on the page it can be found; anybody may cause such lines, so they are no warnings.
      this.log.log(`a callback without a good state: ${taken}`);
      const nobodys = { provider: null, credential: null, credential_id: null, return_to: null };
      return { outcome: `state_${taken}`, ...nobodys };
    }
    const { flow } = taken;
    const [server, credential] = await Promise.all([
      this.servers.find(flow.workspace_id, flow.provider),
      this.credentials.find(flow.workspace_id, flow.credential_id),
    ]);
    const { outcome, why } =
      server === null || credential === null
        ? { outcome: 'exchange_failed' as const, why: 'its provider or its credential has been deleted' }
        : await this.finish(contextOf(context, flow), taken, server, credential, callback);
    if (outcome !== 'connected')
      this.log.warn(`${flow.id} at ${flow.provider}: ${outcome}${why === undefined ? '' : `, ${why}`}`);
    return {
      outcome,
      provider: server?.name ?? null,
      credential: credential?.name ?? null,
      credential_id: flow.credential_id,
      return_to: flow.return_to,
    };
  }

  private async finish(
    context: CallContext,
    taken: TakenFlow,
    server: OAuthServer,
    credential: CredentialEntity,
    { error, iss, code }: OAuthCallback,
  ): Promise<Ending> {
    if (error) {
      const why = errorOfProvider.exec(error)?.[0];
      return { outcome: error === 'access_denied' ? 'declined' : 'provider_error', why };
    }
    if (issuerFault(server, iss) !== null) return { outcome: 'issuer_mismatch' };
    if (!code) return { outcome: 'code_missing' };
    try {
      await this.codes.run(context, taken, server, credential, code);
      return { outcome: 'connected' };
    } catch (failure) {
      if (!(failure instanceof ServiceError) || !failedExchange.includes(failure.code)) throw failure;
      return { outcome: 'exchange_failed', why: failure.message };
    }
  }
}

/** What comes of the flow is done in its workspace, and by the user who began it. */
function contextOf(context: CallContext, { workspace_id, started_by }: OAuthFlowEntity): CallContext {
  const actor = { kind: 'user' as const, id: started_by, user_id: started_by };
  return { ...context, workspaceId: workspace_id, actor };
}
