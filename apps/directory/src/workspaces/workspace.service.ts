import {
  ServiceError,
  workspaceOf,
  type Actor,
  type CallContext,
  type Deleted,
  type PageQuery,
} from '@hawser/contracts';
import {
  createWorkspace,
  type CreatedWorkspace,
  type CreateWorkspace,
  type PatchWorkspace,
  type Workspace,
  type WorkspacePage,
} from '@hawser/contracts/directory';
import { newId, UnitOfWork, violatesUnique } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditRepository, newEntry } from '../audit/audit.repository.js';
import { applyPatch } from '../changes/apply-patch.js';
import { ChangeService, type Change } from '../changes/change.service.js';
import { DepartureService } from '../departures/departure.service.js';
import { MemberRepository, newMember } from '../members/member.repository.js';
import { claimSlug, slugTaken } from '../slugs/claim-slug.js';
import { newToken } from '../tokens/new-token.js';
import { TokenRepository } from '../tokens/token.repository.js';
import { newSecret } from '../tokens/token-secret.js';
import { workspaceGone } from './workspace-gone.js';
import { WorkspaceRepository, type ShownWorkspace } from './workspace.repository.js';

@Injectable()
export class WorkspaceService {
  constructor(
    private readonly workspaces: WorkspaceRepository,
    private readonly members: MemberRepository,
    private readonly tokens: TokenRepository,
    private readonly auditLog: AuditRepository,
    private readonly unitOfWork: UnitOfWork,
    private readonly changes: ChangeService,
    private readonly departures: DepartureService,
  ) {}

  /** A token belongs to one workspace, so that is all it can see; a user without a token sees all of theirs. */
  async list(context: CallContext, page: PageQuery): Promise<WorkspacePage> {
    const { workspaceId, actor } = context;
    if (workspaceId === undefined && actor.user_id !== undefined) {
      const { rows, next_cursor } = await this.workspaces.listOfUser(actor.user_id, page);
      return { workspaces: rows.map(toDto), next_cursor };
    }
    const row = await this.workspaces.find(workspaceOf(context));
    return { workspaces: row === null ? [] : [toDto(row)], next_cursor: null };
  }

  async get(context: CallContext): Promise<Workspace> {
    const id = workspaceOf(context);
    const row = await this.workspaces.find(id);
    if (row === null) throw workspaceGone(id);
    return toDto(row);
  }

  async create(context: CallContext, input: CreateWorkspace): Promise<CreatedWorkspace> {
    return this.unitOfWork.create(
      context,
      { ...createWorkspace, request: input, remembered: (answer) => ({ ...answer, token: null }) },
      async ({ manager }) => {
        const userId = requireUser(context.actor);
        const current = await this.holdCurrent(manager, context);
        const workspace = await this.insert(manager, input);
        const known = current && (await this.members.findByUser(manager, current.id, userId));
        const email = known?.email ?? null;
        await this.members.insert(
          manager,
          newMember(workspace.id, { user_id: userId, email, role: 'OWNER' }),
        );
        const secret = newSecret('live');
        await this.tokens.insert(
          manager,
          newToken(workspace.id, secret, { name: 'owner', kind: 'user', user_id: userId }),
        );
        await this.noteCreated(manager, context, workspace);
        return { ...toDto(workspace), token: secret };
      },
    );
  }

  async update(context: CallContext, patch: PatchWorkspace): Promise<Workspace> {
    try {
      return await this.changes.run(context, (change) => this.patch(change, patch), 'alone');
    } catch (error) {
      if (!violatesUnique(error, 'workspaces_slug')) throw error;
      throw slugTaken('workspace', patch.slug ?? '');
    }
  }

  /** Its audit log goes with it, so nothing is noted there. */
  async delete(context: CallContext): Promise<Deleted> {
    if (context.actor.role !== 'OWNER') {
      throw new ServiceError('forbidden', 'only an OWNER may delete the workspace');
    }
    const id = workspaceOf(context);
    await this.departures.run(
      context,
      async ({ manager }) => {
        const sandboxId = await this.workspaces.holdSandbox(manager, id);
        const ids = sandboxId === null ? [id] : [sandboxId, id];
        await this.workspaces.delete(manager, id);
        await this.workspaces.deleteRememberedAnswers(manager, ids);
        return ids.map((departed) => ({ kind: 'workspace', id: departed, workspaceId: departed }));
      },
      'alone',
    );
    return { id, deleted: true };
  }

  /**
   * The workspace that a maker comes from, which stays until the transaction ends; null for one who comes from none.
   * @throws ServiceError forbidden from a sandbox
   */
  private async holdCurrent(
    manager: EntityManager,
    { workspaceId }: CallContext,
  ): Promise<ShownWorkspace | null> {
    if (workspaceId === undefined) return null;
    const current = await this.workspaces.hold(manager, workspaceId, 'present');
    if (current === null) throw workspaceGone(workspaceId);
    if (current.sandbox_of !== null) {
      throw new ServiceError(
        'forbidden',
        'a test token reaches only its sandbox; make a workspace with a live token',
      );
    }
    return current;
  }

  private async patch(change: Change, patch: PatchWorkspace): Promise<Workspace> {
    const { manager, workspace } = change;
    if (workspace.sandbox_of !== null) {
      throw new ServiceError(
        'forbidden',
        'a sandbox has the name and plan of its workspace; change that one, with a live token',
      );
    }
    const changed = applyPatch(workspace, patch, ['name', 'slug', 'plan']);
    if (changed.length > 0) {
      workspace.updated_at = new Date();
      await this.workspaces.update(manager, workspace);
      await change.audit('workspace.updated', workspace, changed);
    }
    return toDto(workspace);
  }

  private async insert(manager: EntityManager, input: CreateWorkspace): Promise<ShownWorkspace> {
    const now = new Date();
    const row = {
      id: newId('ws'),
      name: input.name,
      slug: '',
      plan: input.plan ?? 'free',
      sandbox_of: null,
      created_at: now,
      updated_at: now,
    };
    row.slug = await claimSlug('workspace', input, {
      taken: (slugs) => this.workspaces.takenSlugs(manager, slugs),
      insert: (slug) => this.workspaces.insertUnlessTaken(manager, { ...row, slug }),
    });
    return row;
  }

  /** In the log of the new workspace, where it is the first entry. */
  private async noteCreated(
    manager: EntityManager,
    context: CallContext,
    { id, name }: ShownWorkspace,
  ): Promise<void> {
    const deed = { action: 'workspace.created', target_id: id, target_name: name, fields: [] };
    await this.auditLog.insert(manager, newEntry(id, context, deed));
  }
}

/** @throws ServiceError forbidden for callers that cannot be the OWNER of anything */
function requireUser({ user_id }: Actor): string {
  if (user_id !== undefined) return user_id;
  throw new ServiceError(
    'forbidden',
    'a workspace needs an OWNER: only a user can make one, with a token of kind user',
  );
}

function toDto(row: ShownWorkspace): Workspace {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
}
