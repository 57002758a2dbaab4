import { ServiceError, type CallContext } from '@hawser/contracts';
import { describeCredentials } from '@hawser/contracts/vault';
import { BusClient } from '@hawser/messaging';
import { Injectable } from '@nestjs/common';

@Injectable()
export class CredentialCheck {
  constructor(private readonly vault: BusClient) {}

  /**
   * Why a binding cannot have a credential; null if it can, or is to have none. Asked before a transaction begins, so
   * that none waits for the vault, and thrown within it, where an earlier answer or a missing row comes first.
   * @throws ServiceError secret_encryption_unavailable
   */
  async whyNot(context: CallContext, credentialId: string | null | undefined): Promise<ServiceError | null> {
    if (!credentialId) return null;
    const { credentials } = await this.vault.call(
      describeCredentials,
      { ids: [credentialId], names: [] },
      context,
    );
    return credentials.some(({ id }) => id === credentialId)
      ? null
      : ServiceError.invalid('credential_id', 'must name a credential of this workspace', credentialId);
  }
}
