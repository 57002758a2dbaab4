import { authorise, type Access, type Authorise } from '@hawser/contracts/directory';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { AccessService } from './access.service.js';

@Controller()
export class AccessHandler {
  constructor(private readonly access: AccessService) {}

  @Handles(authorise)
  authorise(request: Authorise): Promise<Access> {
    return this.access.authorise(request);
  }
}
