import { Email, Id, NestedList, OneOf, Text, Timestamp } from '../fields.js';
import { roles, type Role } from '../context.js';

const maybe = { optional: true, nullable: true };

export class CreateMember {
  @Id({ description: 'the user, as your identity provider names them', example: 'user-42' }) user_id!: string;
  @Email(maybe) email?: string | null;
  @OneOf(roles) role!: Role;
}

export class PatchMember {
  @Email(maybe) email?: string | null;
  @OneOf(roles, { optional: true }) role?: Role;
}

export class UpdateMember extends PatchMember {
  @Id() member_id!: string;
}

export class MemberRef {
  @Id() member_id!: string;
}

export class Member {
  @Id() id!: string;
  @Id() workspace_id!: string;
  @Id() user_id!: string;
  @Text({ nullable: true }) email!: string | null;
  @OneOf(roles) role!: Role;
  @Timestamp() created_at!: string;
  @Timestamp() updated_at!: string;
}

export class MemberPage {
  @NestedList(Member) members!: Member[];
  @Text({ nullable: true }) next_cursor!: string | null;
}
