import type { CallContext } from '@hawser/contracts';
import { newId, UnitOfWork } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AgentRepository, newAgent } from '../agents/agent.repository.js';
import { AuditRepository, newEntry } from '../audit/audit.repository.js';
import { CrewRepository } from '../crews/crew.repository.js';
import { MemberRepository, newMember } from '../members/member.repository.js';
import { newToken } from '../tokens/new-token.js';
import { TokenRepository } from '../tokens/token.repository.js';
import { hashOf, isLiveSecret, newSecret } from '../tokens/token-secret.js';
import { WorkspaceRepository } from '../workspaces/workspace.repository.js';
import { DemoRepository } from './demo.repository.js';

/** What a first look at Hawser needs. */
export interface Demo {
  /** Whether it was made by this call. */
  made: boolean;
  workspace_id: string;
  workspace_slug: string;
  /** Null when somebody has deleted it. */
  crew_id: string | null;
  /** Null when somebody has deleted it. */
  agent_id: string | null;
  /** Null when only its hash is known: it was made by an earlier start, and not given to this one. */
  owner_token: string | null;
}

export interface DemoOptions {
  /** The OWNER's; generated when left out. */
  token?: string | undefined;
  /** Runs within the transaction that makes the demo. */
  furnish?: (workspaceId: string) => Promise<void>;
}

const slug = 'demo';
const agentName = 'demo-agent';
const system: CallContext = { requestId: 'bootstrap', actor: { kind: 'system', id: 'directory' } };

/** The workspace that an empty installation begins with. */
@Injectable()
export class DemoService {
  constructor(
    private readonly repository: DemoRepository,
    private readonly workspaces: WorkspaceRepository,
    private readonly members: MemberRepository,
    private readonly crews: CrewRepository,
    private readonly agents: AgentRepository,
    private readonly tokens: TokenRepository,
    private readonly auditLog: AuditRepository,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Makes workspace `demo` if there is no workspace at all; `furnish` then adds to it what other services keep, and
   * if that fails there is no demo. If `token` is given, it is an OWNER's token of `demo` afterwards, whenever
   * `demo` was made. Null when there are workspaces, but no `demo`.
   * @throws Error the token is not `hws_live_` and 43 base64url characters
   */
  async ensure({ token, furnish }: DemoOptions = {}): Promise<Demo | null> {
    if (token !== undefined && !isLiveSecret(token)) {
      throw new Error('the bootstrap token must be hws_live_ and 43 base64url characters');
    }
    return this.unitOfWork.run(system, async ({ manager }) => {
      await this.repository.lock(manager);
      const demo = await this.repository.findBySlug(manager, slug);
      if (demo !== null) return this.existing(manager, demo.id, token);
      if (await this.repository.hasWorkspaces(manager)) return null;
      const made = await this.make(manager, token ?? newSecret('live'));
      await furnish?.(made.workspace_id);
      return made;
    });
  }

  private async make(manager: EntityManager, token: string): Promise<Demo> {
    const now = new Date();
    const times = { created_at: now, updated_at: now };
    const workspaceId = newId('ws');
    const workspace = {
      id: workspaceId,
      name: 'Demo',
      slug,
      plan: 'team' as const,
      sandbox_of: null,
      ...times,
    };
    await this.workspaces.insertUnlessTaken(manager, workspace);
    const owner = newMember(workspaceId, { user_id: newId('usr'), email: null, role: 'OWNER' });
    await this.members.insert(manager, owner);
    const crew = { id: newId('crew'), workspace_id: workspaceId, name: 'Demo crew', slug, ...times };
    await this.crews.insertUnlessTaken(manager, crew);
    const agent = newAgent(workspaceId, { name: agentName, crew_id: crew.id, owner_id: owner.user_id });
    await this.agents.insert(manager, agent);
    await this.insertToken(manager, workspaceId, owner.user_id, token);
    await this.note(manager, workspaceId, 'workspace.created', workspace);
    return {
      made: true,
      workspace_id: workspaceId,
      workspace_slug: slug,
      crew_id: crew.id,
      agent_id: agent.id,
      owner_token: token,
    };
  }

  private async existing(
    manager: EntityManager,
    workspaceId: string,
    token: string | undefined,
  ): Promise<Demo> {
    if (token !== undefined) await this.adopt(manager, workspaceId, token);
    const agent = await this.agents.findByName(manager, workspaceId, agentName);
    const crew = await this.crews.findBySlug(manager, workspaceId, slug);
    return {
      made: false,
      workspace_id: workspaceId,
      workspace_slug: slug,
      crew_id: crew?.id ?? null,
      agent_id: agent?.id ?? null,
      owner_token: token ?? null,
    };
  }

  private async adopt(manager: EntityManager, workspaceId: string, token: string): Promise<void> {
    if (await this.tokens.isKnown(manager, hashOf(token))) return;
    const owner = await this.members.findFirstOwner(manager, workspaceId);
    if (owner === null) throw new Error('workspace "demo" has no OWNER, which cannot be');
    const row = await this.insertToken(manager, workspaceId, owner.user_id, token);
    await this.note(manager, workspaceId, 'token.created', row);
  }

  private async insertToken(
    manager: EntityManager,
    workspaceId: string,
    userId: string,
    token: string,
  ): Promise<{ id: string; name: string }> {
    const row = newToken(workspaceId, token, { name: 'bootstrap', kind: 'user', user_id: userId });
    await this.tokens.insert(manager, row);
    return row;
  }

  private async note(
    manager: EntityManager,
    workspaceId: string,
    action: string,
    { id, name }: { id: string; name: string },
  ): Promise<void> {
    const deed = { action, target_id: id, target_name: name, fields: [] };
    await this.auditLog.insert(manager, newEntry(workspaceId, system, deed));
  }
}
