import type { CallContext } from '@hawser/contracts';
import {
  findCredentialUsers,
  type CredentialUsage,
  type FindCredentialUsers,
} from '@hawser/contracts/bindings';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { CredentialUsageService } from './credential-usage.service.js';

@Controller()
export class CredentialUsageHandler {
  constructor(private readonly usage: CredentialUsageService) {}

  @Handles(findCredentialUsers)
  find(request: FindCredentialUsers, context: CallContext): Promise<CredentialUsage> {
    return this.usage.find(context, request);
  }
}
