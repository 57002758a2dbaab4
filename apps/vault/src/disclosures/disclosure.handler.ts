import type { CallContext } from '@hawser/contracts';
import type { AuditPage, AuditQuery } from '@hawser/contracts/directory';
import {
  describeCredentials,
  discloseCredentials,
  listDisclosures,
  type CredentialsAsked,
  type CredentialSummaries,
  type DiscloseCredentials,
  type DisclosedCredentials,
} from '@hawser/contracts/vault';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { DisclosureService } from './disclosure.service.js';

@Controller()
export class DisclosureHandler {
  constructor(private readonly disclosures: DisclosureService) {}

  @Handles(describeCredentials)
  describe(asked: CredentialsAsked, context: CallContext): Promise<CredentialSummaries> {
    return this.disclosures.describe(context, asked);
  }

  @Handles(discloseCredentials)
  disclose(request: DiscloseCredentials, context: CallContext): Promise<DisclosedCredentials> {
    return this.disclosures.disclose(context, request);
  }

  @Handles(listDisclosures)
  list(query: AuditQuery, context: CallContext): Promise<AuditPage> {
    return this.disclosures.list(context, query);
  }
}
