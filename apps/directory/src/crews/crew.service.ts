import { ServiceError, workspaceOf, type CallContext, type Deleted, type PageQuery } from '@hawser/contracts';
import {
  createCrew,
  type CreateCrew,
  type Crew,
  type CrewPage,
  type UpdateCrew,
} from '@hawser/contracts/directory';
import { newId, violatesUnique } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { AgentRepository } from '../agents/agent.repository.js';
import { applyPatch } from '../changes/apply-patch.js';
import { ChangeService, type Change } from '../changes/change.service.js';
import { DepartureService } from '../departures/departure.service.js';
import { claimSlug, slugTaken } from '../slugs/claim-slug.js';
import type { CrewEntity } from './crew.entity.js';
import { CrewRepository } from './crew.repository.js';

@Injectable()
export class CrewService {
  constructor(
    private readonly crews: CrewRepository,
    private readonly agents: AgentRepository,
    private readonly changes: ChangeService,
    private readonly departures: DepartureService,
  ) {}

  async list(context: CallContext, page: PageQuery): Promise<CrewPage> {
    const { rows, next_cursor } = await this.crews.list(workspaceOf(context), page);
    return { crews: rows.map(toDto), next_cursor };
  }

  async get(context: CallContext, id: string): Promise<Crew> {
    const row = await this.crews.find(workspaceOf(context), id);
    if (row === null) throw ServiceError.notFound('crew', id);
    return toDto(row);
  }

  async create(context: CallContext, input: CreateCrew): Promise<Crew> {
    return this.changes.create(context, { ...createCrew, request: input }, async (change) => {
      const { manager } = change;
      const row = newRow(workspaceOf(context), input.name);
      row.slug = await claimSlug('crew', input, {
        taken: (slugs) => this.crews.takenSlugs(manager, row.workspace_id, slugs),
        insert: (slug) => this.crews.insertUnlessTaken(manager, { ...row, slug }),
      });
      await change.audit('crew.created', row);
      return toDto(row);
    });
  }

  async update(context: CallContext, { crew_id, ...patch }: UpdateCrew): Promise<Crew> {
    try {
      return await this.changes.run(context, async (change) => {
        const row = await this.lock(change, crew_id);
        const changed = applyPatch(row, patch, ['name', 'slug']);
        if (changed.length > 0) {
          row.updated_at = new Date();
          await this.crews.update(change.manager, row);
          await change.audit('crew.updated', row, changed);
        }
        return toDto(row);
      });
    } catch (error) {
      if (!violatesUnique(error, 'crews_slug')) throw error;
      throw slugTaken('crew', patch.slug ?? '');
    }
  }

  /** Its agents stay, in no crew. */
  async delete(context: CallContext, id: string): Promise<Deleted> {
    await this.departures.run(context, async (change) => {
      const row = await this.lock(change, id);
      await this.agents.clearCrew(change.manager, row.workspace_id, id);
      await this.crews.delete(change.manager, row.workspace_id, id);
      await change.audit('crew.deleted', row);
      return [{ kind: 'crew', id, workspaceId: row.workspace_id }];
    });
    return { id, deleted: true };
  }

  private async lock({ manager, workspace }: Change, id: string): Promise<CrewEntity> {
    const row = await this.crews.findForUpdate(manager, workspace.id, id);
    if (row === null) throw ServiceError.notFound('crew', id);
    return row;
  }
}

function newRow(workspaceId: string, name: string): CrewEntity {
  const now = new Date();
  return { id: newId('crew'), workspace_id: workspaceId, name, slug: '', created_at: now, updated_at: now };
}

function toDto(row: CrewEntity): Crew {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
}
