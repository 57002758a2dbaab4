import { ServiceError, type CallContext } from '@hawser/contracts';
import { refreshTools, type CrewServerRef, type RefreshedTools } from '@hawser/contracts/bindings';
import { BusClient } from '@hawser/messaging';
import { Injectable } from '@nestjs/common';
import { ServerTestService } from '../servers/server-test.service.js';

@Injectable()
export class ToolRefreshService {
  constructor(
    private readonly bindings: BusClient,
    private readonly tests: ServerTestService,
  ) {}

  /**
   * Asks a crew's server for its tools and has `bindings` record them.
   * @throws ServiceError upstream_failed: the server did not tell them; validation_failed: it is one that only the
   *   agent's runtime can ask; or as the test of a server
   */
  async refresh(context: CallContext, { crew_id, server_id }: CrewServerRef): Promise<RefreshedTools> {
    const { status, reason, authorization, message, transport, tools } = await this.tests.test(context, {
      crew_id,
      server_id,
    });
    if (transport === 'stdio') {
      throw ServiceError.invalid(
        'probe',
        "cannot be used for a stdio server: only the agent's own runtime starts it, and sends its list of tools here without probe",
      );
    }
    if (tools === undefined) {
      throw new ServiceError('upstream_failed', message ?? 'the server did not tell its tools', {
        test_status: status,
        ...(reason !== undefined && { reason }),
        ...(authorization !== undefined && { authorization }),
      });
    }
    return this.bindings.call(refreshTools, { crew_id, server_id, tools }, context);
  }
}
