import { Deleted, PageQuery, type CallContext } from '@hawser/contracts';
import {
  createMember,
  CreateMember,
  deleteMember,
  listMembers,
  Member,
  MemberPage,
  PatchMember,
  updateMember,
} from '@hawser/contracts/directory';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('Members')
@Controller('api/v1/workspaces/:workspaceId/members')
export class MembersController {
  constructor(private readonly bus: BusClient) {}

  @Get()
  @Requires('directory.read', 'path')
  @Operation('List the members of a workspace', listMembers)
  list(@Query() page: PageQuery, @Caller() caller: CallContext): Promise<MemberPage> {
    return this.bus.call(listMembers, page, caller);
  }

  @Post()
  @Requires('members.manage', 'path')
  @Operation('Add a member to a workspace', createMember, { status: 201 })
  create(@Body() body: CreateMember, @Caller() caller: CallContext): Promise<Member> {
    return this.bus.call(createMember, body, caller);
  }

  @Patch(':memberId')
  @Requires('members.manage', 'path')
  @Operation("Change a member's role or e-mail address", updateMember)
  update(
    @Param('memberId') member_id: string,
    @Body() body: PatchMember,
    @Caller() caller: CallContext,
  ): Promise<Member> {
    return this.bus.call(updateMember, { ...body, member_id }, caller);
  }

  @Delete(':memberId')
  @Requires('members.manage', 'path')
  @Operation('Remove a member, and the tokens that act for them', deleteMember)
  delete(@Param('memberId') member_id: string, @Caller() caller: CallContext): Promise<Deleted> {
    return this.bus.call(deleteMember, { member_id }, caller);
  }
}
