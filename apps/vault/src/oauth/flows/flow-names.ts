import type { CallContext } from '@hawser/contracts';
import { Injectable } from '@nestjs/common';
import { maxNameLength, numberedNames } from '../../credentials/claim-name.js';
import type { PendingCredential } from '../../credentials/credential-store.js';
import { CredentialUsers } from '../../credentials/credential-users.js';
import type { OAuthServer } from '../servers/oauth-server.js';
import { mayWriteCredentials } from './flow-targets.js';

/** What a credential that a sign-in makes is to be called. */
export type FlowName = Pick<PendingCredential, 'name' | 'ifTaken' | 'avoided'>;

@Injectable()
export class FlowNames {
  constructor(private readonly users: CredentialUsers) {}

  /**
   * As the caller says, or as the provider is called. A template may call for a credential that there is not: whoever may
   * not write credentials cannot put an account of their own there by making one of that name.
   * @throws ServiceError service_unavailable, service_timeout: `bindings` cannot be asked
   */
  async choose(
    context: CallContext,
    server: OAuthServer,
    named: string | null | undefined,
  ): Promise<FlowName> {
    const byDefault = nameOf(server);
    const wanted: FlowName = { name: named || byDefault, ifTaken: named ? 'refuse' : 'number' };
    if (mayWriteCredentials(context.actor)) return wanted;
    const names = named ? [named] : [byDefault, ...numberedNames(byDefault)];
    return { ...wanted, avoided: await this.users.namesCalledFor(context, names) };
  }
}

/** A discovered server's id says nothing to anybody, and its host may have a port. */
function nameOf({ id, name, provider }: OAuthServer): string {
  if (provider !== null) return id;
  return name
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/[^A-Za-z0-9.]/g, '-')
    .slice(0, maxNameLength);
}
