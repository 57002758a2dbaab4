import { ServiceError, workspaceOf, type CallContext, type Deleted, type PageQuery } from '@hawser/contracts';
import {
  createAgent,
  type Agent,
  type AgentPage,
  type CreateAgent,
  type UpdateAgent,
} from '@hawser/contracts/directory';
import { Injectable } from '@nestjs/common';
import { applyPatch } from '../changes/apply-patch.js';
import { ChangeService, type Change } from '../changes/change.service.js';
import { CrewRepository } from '../crews/crew.repository.js';
import { DepartureService } from '../departures/departure.service.js';
import { MemberRepository } from '../members/member.repository.js';
import { homeOf } from '../workspaces/sandbox.service.js';
import type { AgentEntity } from './agent.entity.js';
import { AgentRepository, newAgent } from './agent.repository.js';

interface Ties {
  crew_id?: string | null;
  owner_id?: string | null;
}

@Injectable()
export class AgentService {
  constructor(
    private readonly agents: AgentRepository,
    private readonly crews: CrewRepository,
    private readonly members: MemberRepository,
    private readonly changes: ChangeService,
    private readonly departures: DepartureService,
  ) {}

  async list(context: CallContext, page: PageQuery): Promise<AgentPage> {
    const { rows, next_cursor } = await this.agents.list(workspaceOf(context), page);
    return { agents: rows.map(toDto), next_cursor };
  }

  async get(context: CallContext, id: string): Promise<Agent> {
    const row = await this.agents.find(workspaceOf(context), id);
    if (row === null) throw ServiceError.notFound('agent', id);
    return toDto(row);
  }

  async create(context: CallContext, input: CreateAgent): Promise<Agent> {
    return this.changes.create(context, { ...createAgent, request: input }, async (change) => {
      await this.holdTies(change, input);
      const { name, crew_id = null, owner_id = null } = input;
      const row = newAgent(change.workspace.id, { name, crew_id, owner_id });
      await this.agents.insert(change.manager, row);
      await change.audit('agent.created', row);
      return toDto(row);
    });
  }

  async update(context: CallContext, { agent_id, ...patch }: UpdateAgent): Promise<Agent> {
    return this.changes.run(context, async (change) => {
      // Before the agent itself, as those do who delete a crew or a member.
      await this.holdTies(change, patch);
      const row = await this.lock(change, agent_id);
      const changed = applyPatch(row, patch, ['name', 'crew_id', 'owner_id']);
      if (changed.length > 0) {
        row.updated_at = new Date();
        await this.agents.update(change.manager, row);
        await change.audit('agent.updated', row, changed);
      }
      return toDto(row);
    });
  }

  async delete(context: CallContext, id: string): Promise<Deleted> {
    await this.departures.run(context, async (change) => {
      const row = await this.lock(change, id);
      await this.agents.delete(change.manager, row.workspace_id, id);
      await change.audit('agent.deleted', row);
      return [{ kind: 'agent', id, workspaceId: row.workspace_id }];
    });
    return { id, deleted: true };
  }

  /** Keeps the crew and the owner that an agent is to have until that is written. */
  private async holdTies({ manager, workspace }: Change, { crew_id, owner_id }: Ties): Promise<void> {
    if (crew_id != null && (await this.crews.hold(manager, workspace.id, crew_id)) === null) {
      throw ServiceError.invalid('crew_id', 'must name a crew of this workspace', crew_id);
    }
    if (owner_id != null && (await this.members.holdByUser(manager, homeOf(workspace), owner_id)) === null) {
      throw ServiceError.invalid('owner_id', 'must be the user_id of a member of this workspace', owner_id);
    }
  }

  private async lock({ manager, workspace }: Change, id: string): Promise<AgentEntity> {
    const row = await this.agents.findForUpdate(manager, workspace.id, id);
    if (row === null) throw ServiceError.notFound('agent', id);
    return row;
  }
}

function toDto(row: AgentEntity): Agent {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
}
