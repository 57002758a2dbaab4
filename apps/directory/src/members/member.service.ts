import { ServiceError, workspaceOf, type CallContext, type Deleted, type PageQuery } from '@hawser/contracts';
import {
  createMember,
  type CreateMember,
  type Member,
  type MemberPage,
  type UpdateMember,
} from '@hawser/contracts/directory';
import { violatesUnique } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { AgentRepository } from '../agents/agent.repository.js';
import { applyPatch } from '../changes/apply-patch.js';
import { ChangeService, type Change } from '../changes/change.service.js';
import { TokenRepository } from '../tokens/token.repository.js';
import { WorkspaceRepository } from '../workspaces/workspace.repository.js';
import type { MemberEntity } from './member.entity.js';
import { MemberRepository, newMember } from './member.repository.js';
import { requireNotAbove } from './role-order.js';

@Injectable()
export class MemberService {
  constructor(
    private readonly members: MemberRepository,
    private readonly tokens: TokenRepository,
    private readonly agents: AgentRepository,
    private readonly workspaces: WorkspaceRepository,
    private readonly changes: ChangeService,
  ) {}

  async list(context: CallContext, page: PageQuery): Promise<MemberPage> {
    const { rows, next_cursor } = await this.members.list(workspaceOf(context), page);
    return { members: rows.map(toDto), next_cursor };
  }

  async create(context: CallContext, input: CreateMember): Promise<Member> {
    try {
      return await this.changes.create(context, { ...createMember, request: input }, async (change) => {
        requireLive(change);
        requireNotAbove(context.actor, input.role, 'you cannot give');
        const row = newMember(change.workspace.id, { ...input, email: input.email ?? null });
        await this.members.insert(change.manager, row);
        await change.audit('member.created', targetOf(row));
        return toDto(row);
      });
    } catch (error) {
      if (!violatesUnique(error, 'members_user')) throw error;
      throw new ServiceError(
        'member_exists',
        `user "${input.user_id}" is a member of this workspace already`,
        {
          field: 'user_id',
          value: input.user_id,
        },
      );
    }
  }

  /** The workspace is held alone, so that two changes at once cannot take its last OWNER. */
  async update(context: CallContext, { member_id, ...patch }: UpdateMember): Promise<Member> {
    return this.changes.run(
      context,
      async (change) => {
        const row = await this.lock(context, change, member_id);
        if (patch.role !== undefined) requireNotAbove(context.actor, patch.role, 'you cannot give');
        if (patch.role !== undefined && patch.role !== 'OWNER') await this.requireOtherOwner(change, row);
        const changed = applyPatch(row, patch, ['email', 'role']);
        if (changed.length > 0) {
          row.updated_at = new Date();
          await this.members.update(change.manager, row);
          await change.audit('member.updated', targetOf(row), changed);
        }
        return toDto(row);
      },
      'alone',
    );
  }

  /** Their tokens go with them; agents that worked for them stay, and work for nobody. */
  async delete(context: CallContext, memberId: string): Promise<Deleted> {
    return this.changes.run(
      context,
      async (change) => {
        const row = await this.lock(context, change, memberId);
        await this.requireOtherOwner(change, row);
        const workspaceIds = await this.withSandbox(change);
        await this.tokens.deleteOfUser(change.manager, workspaceIds, row.user_id);
        await this.agents.clearOwner(change.manager, workspaceIds, row.user_id);
        await this.members.delete(change.manager, row.workspace_id, row.id);
        await change.audit('member.deleted', targetOf(row));
        return { id: row.id, deleted: true as const };
      },
      'alone',
    );
  }

  private async lock(context: CallContext, change: Change, id: string): Promise<MemberEntity> {
    requireLive(change);
    const row = await this.members.findForUpdate(change.manager, change.workspace.id, id);
    if (row === null) throw ServiceError.notFound('member', id);
    requireNotAbove(context.actor, row.role, 'you cannot change a member of');
    return row;
  }

  private async requireOtherOwner({ manager, workspace }: Change, row: MemberEntity): Promise<void> {
    if (row.role !== 'OWNER' || (await this.members.countOwners(manager, workspace.id)) > 1) return;
    throw new ServiceError(
      'last_owner',
      `user "${row.user_id}" is the last OWNER of this workspace; make somebody else OWNER first`,
      { id: row.id },
    );
  }

  private async withSandbox({ manager, workspace }: Change): Promise<string[]> {
    const sandboxId = await this.workspaces.holdSandbox(manager, workspace.id);
    return sandboxId === null ? [workspace.id] : [workspace.id, sandboxId];
  }
}

/** @throws ServiceError forbidden in a sandbox, which has its workspace's members */
function requireLive({ workspace }: Change): void {
  if (workspace.sandbox_of === null) return;
  throw new ServiceError('forbidden', 'members are managed with a live token, not in the sandbox');
}

function targetOf({ id, user_id }: MemberEntity): { id: string; name: string } {
  return { id, name: user_id };
}

function toDto(row: MemberEntity): Member {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
}
