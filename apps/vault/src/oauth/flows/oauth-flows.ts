import { ServiceError } from '@hawser/contracts';
import { newId, violatesReference } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { secretOwner, Secrets } from '../../secrets/secrets.js';
import { clientGone } from './client-missing.js';
import { hashOfState, isSameSecret } from './flow-secrets.js';
import type { OAuthFlowEntity } from './oauth-flow.entity.js';
import { OAuthFlowRepository, type FlowOwner } from './oauth-flow.repository.js';

/** From the first page of the provider to the callback. */
const flowLastsMs = 10 * 60 * 1_000;
/** Each new flow takes some old ones away, so that they do not pile up. */
const removedAtOnce = 10;

export interface NewFlow extends Omit<
  OAuthFlowEntity,
  'state_hash' | 'id' | 'created_at' | 'expires_at' | 'consumed_at'
> {
  state: string;
  codeVerifier: string;
}

/** A flow whose state has been given back, and with it the right to one exchange. */
export interface TakenFlow {
  flow: OAuthFlowEntity;
  codeVerifier: string;
}

/** Why a state is not taken. */
export type StateFault = 'unknown' | 'used' | 'expired' | 'elsewhere';

/** Sign-ins between their beginning and the moment when their state comes back, which is good for once. */
@Injectable()
export class OAuthFlows {
  constructor(
    private readonly repository: OAuthFlowRepository,
    private readonly secrets: Secrets,
    private readonly dataSource: DataSource,
  ) {}

  /**
   * @returns when it is over
   * @throws ServiceError not_found, oauth_client_missing: its credential or its client has just been taken away
   */
  async open(manager: EntityManager, { state, codeVerifier, ...flow }: NewFlow): Promise<Date> {
    const row = { ...flow, state_hash: hashOfState(state), id: newId('flow'), consumed_at: null };
    const expiresAt = await this.repository.insert(manager, row, flowLastsMs).catch((error: unknown) => {
      if (!violatesReference(error, 'oauth_flows_credential')) throw error;
      throw ServiceError.notFound('credential', row.credential_id);
    });
    // From here on the flow is seen by whoever takes unused clients away.
    if (!(await this.repository.holdClient(manager, row)))
      throw clientGone({ id: row.provider, name: row.provider });
    await this.secrets.put(manager, secretOwner(row), { code_verifier: codeVerifier });
    for (const old of await this.repository.removeLongOver(manager, removedAtOnce)) {
      await this.secrets.remove(manager, secretOwner(old));
    }
    return expiresAt;
  }

  /** For Hawser's own callback, which the state alone tells whose flow it is. */
  async takeAtCallback(state: string): Promise<TakenFlow | StateFault> {
    const hash = hashOfState(state);
    const taken = await this.dataSource.transaction(async (manager) => {
      const flow = await this.repository.consumeAtCallback(manager, hash);
      return flow && { flow, codeVerifier: await this.takeVerifier(manager, flow) };
    });
    return (
      taken ?? faultOf(await this.repository.find(hash), ({ completed_by }) => completed_by === 'callback')
    );
  }

  /**
   * For the user who began the flow. A state that is another one's is as unknown as one that nobody has, and stays as
   * it is.
   * @throws ServiceError validation_failed: the code verifier is another one; the flow stays as it is
   */
  async takeByOwner(
    state: string,
    owner: FlowOwner,
    { redirectUri, codeVerifier }: { redirectUri: string | null; codeVerifier: string | null },
  ): Promise<TakenFlow | StateFault> {
    const hash = hashOfState(state);
    const taken = await this.dataSource.transaction(async (manager) => {
      const flow = await this.repository.consumeByOwner(manager, hash, owner, redirectUri);
      if (flow === undefined) return undefined;
      const own = await this.takeVerifier(manager, flow);
      if (codeVerifier !== null && !isSameSecret(codeVerifier, own))
        throw ServiceError.invalid(
          'code_verifier',
          'is not that of this flow; leave it out, because Hawser made it and keeps it',
        );
      return { flow, codeVerifier: own };
    });
    if (taken !== undefined) return taken;
    const flow = await this.repository.find(hash);
    return faultOf(
      flow !== null && isOf(flow, owner) ? flow : null,
      ({ redirect_uri }) => redirectUri === null || redirect_uri === redirectUri,
    );
  }

  private async takeVerifier(manager: EntityManager, flow: OAuthFlowEntity): Promise<string> {
    const { code_verifier } = await this.secrets.read(secretOwner(flow), manager);
    if (code_verifier === undefined) throw new Error(`the flow ${flow.id} has no code verifier`);
    await this.secrets.remove(manager, secretOwner(flow));
    return code_verifier;
  }
}

function isOf(flow: OAuthFlowEntity, { workspaceId, startedBy, credentialId }: FlowOwner): boolean {
  return (
    flow.workspace_id === workspaceId && flow.started_by === startedBy && flow.credential_id === credentialId
  );
}

/** @param isHere whether the flow ends where its state has come to */
function faultOf(flow: OAuthFlowEntity | null, isHere: (flow: OAuthFlowEntity) => boolean): StateFault {
  if (flow === null) return 'unknown';
  if (!isHere(flow)) return 'elsewhere';
  return flow.consumed_at === null ? 'expired' : 'used';
}
