import type { CallContext, Deleted, PageQuery } from '@hawser/contracts';
import {
  createMember,
  deleteMember,
  listMembers,
  updateMember,
  type CreateMember,
  type Member,
  type MemberPage,
  type MemberRef,
  type UpdateMember,
} from '@hawser/contracts/directory';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { MemberService } from './member.service.js';

@Controller()
export class MemberHandler {
  constructor(private readonly members: MemberService) {}

  @Handles(listMembers)
  list(page: PageQuery, context: CallContext): Promise<MemberPage> {
    return this.members.list(context, page);
  }

  @Handles(createMember)
  create(input: CreateMember, context: CallContext): Promise<Member> {
    return this.members.create(context, input);
  }

  @Handles(updateMember)
  update(input: UpdateMember, context: CallContext): Promise<Member> {
    return this.members.update(context, input);
  }

  @Handles(deleteMember)
  delete({ member_id }: MemberRef, context: CallContext): Promise<Deleted> {
    return this.members.delete(context, member_id);
  }
}
