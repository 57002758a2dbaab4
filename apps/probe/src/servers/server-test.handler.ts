import type { CallContext } from '@hawser/contracts';
import type { ResolveServer } from '@hawser/contracts/bindings';
import { testServer, type ServerTest } from '@hawser/contracts/probe';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { ServerTestService } from './server-test.service.js';

@Controller()
export class ServerTestHandler {
  constructor(private readonly tests: ServerTestService) {}

  @Handles(testServer)
  test(request: ResolveServer, context: CallContext): Promise<ServerTest> {
    return this.tests.test(context, request);
  }
}
