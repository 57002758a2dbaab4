import { ServiceError, type CallContext } from '@hawser/contracts';
import { Injectable } from '@nestjs/common';
import { numberedNames, type IfTaken } from '../../credentials/claim-name.js';
import { CredentialUsers } from '../../credentials/credential-users.js';
import type { OAuthServer } from '../servers/oauth-server.js';
import { mayWriteCredentials } from './flow-targets.js';

/** What a credential that a sign-in makes is to be called. */
export interface FlowName {
  name: string;
  ifTaken: IfTaken;
  avoided: readonly string[];
}

@Injectable()
export class FlowNames {
  constructor(private readonly users: CredentialUsers) {}

  /**
   * As the caller says, or as the provider is called. A template may call for a credential that there is not: whoever may
   * not write credentials cannot put an account of their own there by making one of that name.
   * @throws ServiceError forbidden; service_unavailable, service_timeout: `bindings` cannot be asked
   */
  async choose(
    context: CallContext,
    { id }: OAuthServer,
    named: string | null | undefined,
  ): Promise<FlowName> {
    const wanted: FlowName = { name: named || id, ifTaken: named ? 'refuse' : 'number', avoided: [] };
    if (mayWriteCredentials(context.actor)) return wanted;
    const names = named ? [named] : [id, ...numberedNames(id)];
    const avoided = await this.users.namesCalledFor(context, names);
    if (named && avoided.length > 0)
      throw new ServiceError(
        'forbidden',
        `templates of this workspace call for a credential named "${named}": choose another name, or ask an OWNER, ADMIN or MANAGER to sign in`,
      );
    return { ...wanted, avoided };
  }
}
