import { type CallContext } from '@hawser/contracts';
import { ServerTest, testServer } from '@hawser/contracts/probe';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { NoFields, OptionalBody } from '../../http/optional-body.js';
import { Operation } from '../../openapi/operation.js';

const description =
  'Connects to the server with the configuration that agents get, and lists its tools; nothing is stored. Stored ' +
  'credentials are used only for a caller who may see them, an OWNER or ADMIN: for others the server is tried ' +
  'without them. ' +
  'The answer is 200 whatever the server does, and `status` says what came of it: `ok`; `auth_required`, with ' +
  '`authorization` saying where to sign in, as far as the server tells; or `error`, with a `reason` for programs ' +
  'and a `message` for people. A stdio server is never started: its command and arguments are looked at. ' +
  'Takes up to 15 s. No body is needed.';

@ApiTags('Server tests')
@Controller('api/v1')
export class ServerTestsController {
  constructor(private readonly bus: BusClient) {}

  @Post('integrations/:integrationId/test')
  @Requires('servers.test')
  @OptionalBody(NoFields)
  @Operation('Try out a server of a workspace', testServer, { description })
  testWorkspaceServer(
    @Param('integrationId') server_id: string,
    @Body() _: NoFields,
    @Caller({ untilGone: true }) caller: CallContext,
  ): Promise<ServerTest> {
    return this.bus.call(testServer, { server_id }, caller);
  }

  @Post('crews/:crewId/integrations/:integrationId/test')
  @Requires('servers.test')
  @OptionalBody(NoFields)
  @Operation('Try out a server of a crew', testServer, { description })
  testCrewServer(
    @Param('crewId') crew_id: string,
    @Param('integrationId') server_id: string,
    @Body() _: NoFields,
    @Caller({ untilGone: true }) caller: CallContext,
  ): Promise<ServerTest> {
    return this.bus.call(testServer, { server_id, crew_id }, caller);
  }
}
