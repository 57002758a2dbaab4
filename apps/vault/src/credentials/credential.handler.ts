import type { CallContext, PageQuery } from '@hawser/contracts';
import {
  createCredential,
  deleteCredential,
  getCredential,
  listCredentials,
  updateCredential,
  type CreateCredential,
  type Credential,
  type CredentialPage,
  type CredentialRef,
  type DeleteCredential,
  type DeletedCredential,
  type UpdateCredential,
} from '@hawser/contracts/vault';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { CredentialService } from './credential.service.js';

@Controller()
export class CredentialHandler {
  constructor(private readonly credentials: CredentialService) {}

  @Handles(listCredentials)
  list(page: PageQuery, context: CallContext): Promise<CredentialPage> {
    return this.credentials.list(context, page);
  }

  @Handles(getCredential)
  get({ credential_id }: CredentialRef, context: CallContext): Promise<Credential> {
    return this.credentials.get(context, credential_id);
  }

  @Handles(createCredential)
  create(input: CreateCredential, context: CallContext): Promise<Credential> {
    return this.credentials.create(context, input);
  }

  @Handles(updateCredential)
  update(input: UpdateCredential, context: CallContext): Promise<Credential> {
    return this.credentials.update(context, input);
  }

  @Handles(deleteCredential)
  delete(input: DeleteCredential, context: CallContext): Promise<DeletedCredential> {
    return this.credentials.delete(context, input);
  }
}
