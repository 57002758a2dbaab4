import {
  readTime,
  ServiceError,
  workspaceOf,
  type Actor,
  type CallContext,
  type Deleted,
  type PageQuery,
} from '@hawser/contracts';
import {
  createToken,
  type CreatedToken,
  type CreateToken,
  type Token,
  type TokenMode,
  type TokenPage,
} from '@hawser/contracts/directory';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AgentRepository } from '../agents/agent.repository.js';
import { ChangeService, type Change } from '../changes/change.service.js';
import type { MemberEntity } from '../members/member.entity.js';
import { MemberRepository } from '../members/member.repository.js';
import { requireNotAbove } from '../members/role-order.js';
import { homeOf, SandboxService } from '../workspaces/sandbox.service.js';
import { newToken } from './new-token.js';
import type { TokenEntity } from './token.entity.js';
import { requireFieldsOfKind, requireFuture, requireScopes } from './token-rules.js';
import { newSecret } from './token-secret.js';
import { TokenRepository, type ListedToken } from './token.repository.js';

/** Who a token is: one of these, according to its kind. */
type Subject = Partial<Pick<TokenEntity, 'role' | 'user_id' | 'agent_id'>>;

@Injectable()
export class TokenService {
  constructor(
    private readonly tokens: TokenRepository,
    private readonly members: MemberRepository,
    private readonly agents: AgentRepository,
    private readonly sandboxes: SandboxService,
    private readonly changes: ChangeService,
  ) {}

  async list(context: CallContext, page: PageQuery): Promise<TokenPage> {
    const { rows, next_cursor } = await this.tokens.list(workspaceOf(context), page);
    return { tokens: rows.map(toDto), next_cursor };
  }

  async get(context: CallContext, id: string): Promise<Token> {
    return this.show(workspaceOf(context), id);
  }

  async create(context: CallContext, input: CreateToken): Promise<CreatedToken> {
    requireFieldsOfKind(input);
    requireScopes(input);
    const expiresAt = readTime('expires_at', input.expires_at);
    return this.changes.create(
      context,
      { ...createToken, request: input, remembered: (answer) => ({ ...answer, token: null }) },
      async (change) => {
        requireFuture(expiresAt, new Date());
        const mode = input.mode ?? 'live';
        const workspaceId = await this.workspaceFor(change, mode);
        const { name, kind, scopes = null } = input;
        const secret = newSecret(mode);
        const row = newToken(workspaceId, secret, {
          name,
          kind,
          scopes,
          expires_at: expiresAt,
          ...(await this.subjectOf(context, change, input, workspaceId)),
        });
        await this.tokens.insert(change.manager, row);
        await change.audit('token.created', row);
        return { ...(await this.show(change.workspace.id, row.id, change.manager)), token: secret };
      },
    );
  }

  /** Also the one that is used for the deletion. */
  async delete(context: CallContext, id: string): Promise<Deleted> {
    return this.changes.run(context, async (change) => {
      const { manager, workspace } = change;
      const row = await this.tokens.find(workspace.id, id, manager);
      if (row === null || !(await this.tokens.delete(manager, row.workspace_id, id))) {
        throw ServiceError.notFound('token', id);
      }
      await change.audit('token.deleted', row);
      return { id, deleted: true as const };
    });
  }

  private async show(workspaceId: string, id: string, manager?: EntityManager): Promise<Token> {
    const row = await this.tokens.find(workspaceId, id, manager);
    if (row === null) throw ServiceError.notFound('token', id);
    return toDto(row);
  }

  /** Where a token of this mode works. From within a sandbox there is no way out. */
  private async workspaceFor({ manager, workspace }: Change, mode: TokenMode): Promise<string> {
    if (workspace.sandbox_of === null) {
      return mode === 'live' ? workspace.id : this.sandboxes.ensure(manager, workspace);
    }
    if (mode === 'test') return workspace.id;
    throw new ServiceError('forbidden', 'a test token can make only test tokens; say "mode": "test"');
  }

  private async subjectOf(
    context: CallContext,
    change: Change,
    input: CreateToken,
    workspaceId: string,
  ): Promise<Subject> {
    switch (input.kind) {
      case 'service': {
        const { role = null } = input;
        if (role !== null) requireNotAbove(context.actor, role, 'you cannot make a token of');
        return { role };
      }
      case 'agent': {
        const { agent_id = null } = input;
        await this.holdAgent(change, workspaceId, agent_id ?? '');
        return { agent_id };
      }
      case 'user': {
        const userId = input.user_id ?? context.actor.user_id;
        const member = await this.holdMember(change, userId);
        requireNotAbove(context.actor, member.role, 'you cannot make a token of');
        requireOwnerForOthers(context.actor, userId);
        return { user_id: member.user_id };
      }
    }
  }

  private async holdAgent({ manager }: Change, workspaceId: string, agentId: string): Promise<void> {
    if ((await this.agents.hold(manager, workspaceId, agentId)) !== null) return;
    throw ServiceError.invalid(
      'agent_id',
      "must name an agent of the token's workspace, which for a test token is the sandbox",
      agentId,
    );
  }

  private async holdMember(
    { manager, workspace }: Change,
    userId: string | undefined,
  ): Promise<MemberEntity> {
    if (userId === undefined) {
      throw ServiceError.invalid('user_id', 'is required, since your own token is not of a user');
    }
    const member = await this.members.holdByUser(manager, homeOf(workspace), userId);
    if (member !== null) return member;
    throw ServiceError.invalid('user_id', 'must be the user_id of a member of this workspace', userId);
  }
}

/** Such a token rises with its member's role, so it is not for an ADMIN to keep. */
function requireOwnerForOthers({ user_id, role }: Actor, userId: string | undefined): void {
  if (userId === user_id || role === 'OWNER') return;
  throw new ServiceError(
    'forbidden',
    'only an OWNER makes tokens for other members; make a service token instead',
  );
}

function toDto(row: ListedToken): Token {
  return {
    ...row,
    expires_at: row.expires_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}
