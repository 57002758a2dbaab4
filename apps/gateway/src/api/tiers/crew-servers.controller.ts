import { Deleted, PageQuery, type CallContext } from '@hawser/contracts';
import {
  CreateCrewServer,
  createCrewServer,
  CrewServer,
  deleteCrewServer,
  listAllCrewServers,
  listCrewServers,
  PatchCrewServer,
  updateCrewServer,
  type CrewServerPage,
} from '@hawser/contracts/bindings';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { BareArray } from '../../http/paged.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('Crew servers')
@Controller('api/v1')
export class CrewServersController {
  constructor(private readonly bus: BusClient) {}

  @Get('integrations/crews')
  @Requires('tiers.read')
  @Operation('List the servers of all crews', listAllCrewServers, { answer: [CrewServer] })
  @BareArray()
  listAll(@Query() page: PageQuery, @Caller() caller: CallContext): Promise<CrewServerPage> {
    return this.bus.call(listAllCrewServers, page, caller);
  }

  @Get('crews/:crewId/integrations')
  @Requires('tiers.read')
  @Operation('List the servers of a crew', listCrewServers, { answer: [CrewServer] })
  @BareArray()
  list(
    @Param('crewId') crew_id: string,
    @Query() page: PageQuery,
    @Caller() caller: CallContext,
  ): Promise<CrewServerPage> {
    return this.bus.call(listCrewServers, { ...page, crew_id }, caller);
  }

  @Post('crews/:crewId/integrations')
  @Requires('crew-servers.create')
  @Operation('Declare a server for a crew, of its own or overriding a workspace server', createCrewServer, {
    status: 201,
  })
  create(
    @Param('crewId') crew_id: string,
    @Body() body: CreateCrewServer,
    @Caller() caller: CallContext,
  ): Promise<CrewServer> {
    return this.bus.call(createCrewServer, { ...body, crew_id }, caller);
  }

  @Patch('crews/:crewId/integrations/:integrationId')
  @Requires('crew-servers.change')
  @Operation('Change a server of a crew', updateCrewServer)
  update(
    @Param('crewId') crew_id: string,
    @Param('integrationId') server_id: string,
    @Body() body: PatchCrewServer,
    @Caller() caller: CallContext,
  ): Promise<CrewServer> {
    return this.bus.call(updateCrewServer, { ...body, crew_id, server_id }, caller);
  }

  @Delete('crews/:crewId/integrations/:integrationId')
  @Requires('crew-servers.change')
  @Operation('Delete a server of a crew, with all bindings to it', deleteCrewServer, {
    description:
      'The oauth2 credentials that only it used, and that are good for its origin alone, are deleted too, and revoked at ' +
      'their provider.',
  })
  delete(
    @Param('crewId') crew_id: string,
    @Param('integrationId') server_id: string,
    @Caller() caller: CallContext,
  ): Promise<Deleted> {
    return this.bus.call(deleteCrewServer, { crew_id, server_id }, caller);
  }
}
