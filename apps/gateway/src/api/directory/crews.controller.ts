import { Deleted, PageQuery, type CallContext } from '@hawser/contracts';
import {
  createCrew,
  CreateCrew,
  Crew,
  CrewPage,
  deleteCrew,
  getCrew,
  listCrews,
  PatchCrew,
  updateCrew,
} from '@hawser/contracts/directory';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('Crews')
@Controller('api/v1/crews')
export class CrewsController {
  constructor(private readonly bus: BusClient) {}

  @Post()
  @Requires('crews.write')
  @Operation('Make a crew', createCrew, { status: 201 })
  create(@Body() body: CreateCrew, @Caller() caller: CallContext): Promise<Crew> {
    return this.bus.call(createCrew, body, caller);
  }

  @Get()
  @Requires('directory.read')
  @Operation('List the crews of a workspace', listCrews)
  list(@Query() page: PageQuery, @Caller() caller: CallContext): Promise<CrewPage> {
    return this.bus.call(listCrews, page, caller);
  }

  @Get(':crewId')
  @Requires('directory.read')
  @Operation('Get a crew', getCrew)
  get(@Param('crewId') crew_id: string, @Caller() caller: CallContext): Promise<Crew> {
    return this.bus.call(getCrew, { crew_id }, caller);
  }

  @Patch(':crewId')
  @Requires('crews.write')
  @Operation('Change a crew', updateCrew)
  update(
    @Param('crewId') crew_id: string,
    @Body() body: PatchCrew,
    @Caller() caller: CallContext,
  ): Promise<Crew> {
    return this.bus.call(updateCrew, { ...body, crew_id }, caller);
  }

  @Delete(':crewId')
  @Requires('crews.write')
  @Operation('Delete a crew with its servers; its agents stay, in no crew', deleteCrew)
  delete(@Param('crewId') crew_id: string, @Caller() caller: CallContext): Promise<Deleted> {
    return this.bus.call(deleteCrew, { crew_id }, caller);
  }
}
