import { workspaceOf, type CallContext } from '@hawser/contracts';
import type { StartedOAuth } from '@hawser/contracts/vault';
import { UnitOfWork } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { CredentialStore } from '../../credentials/credential-store.js';
import type { CredentialEntity } from '../../credentials/credential.entity.js';
import { starterOf } from '../../credentials/starter.js';
import { FlowStart, type FlowPlan } from './flow-start.js';

export interface Connecting {
  credential: CredentialEntity;
  started: StartedOAuth;
}

/** The credential of a connection that is being made, and the flow that fills it: there together, or gone together. */
@Injectable()
export class ConnectingCredential {
  constructor(
    private readonly starts: FlowStart,
    private readonly credentials: CredentialStore,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** @param origin of the only server that its tokens are for */
  async make(
    context: CallContext,
    { name, origin }: { name: string; origin: string },
    plan: FlowPlan,
  ): Promise<Connecting> {
    const { server, resource, scopes } = plan;
    return this.unitOfWork.run(context, async (transaction) => {
      const credential = await this.credentials.createPending(transaction, {
        workspace_id: workspaceOf(context),
        name,
        ifTaken: 'number',
        provider: server.id,
        resource,
        scopes: [...scopes],
        allowed_origins: [origin],
        made_by: starterOf(context.actor),
      });
      const started = await this.starts.begin(transaction.manager, context, credential.id, plan);
      return { credential, started };
    });
  }

  /** For a credential that nobody has been told of. */
  async withdraw(context: CallContext, credential: CredentialEntity): Promise<void> {
    await this.unitOfWork.run(context, (transaction) => this.credentials.remove(transaction, credential));
  }
}
