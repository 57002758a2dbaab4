import { ServiceError, workspaceOf, type CallContext, type Deleted, type PageQuery } from '@hawser/contracts';
import {
  bindingsChanged,
  createWorkspaceServer,
  type CreateWorkspaceServer,
  type UpdateWorkspaceServer,
  type WorkspaceServer,
  type WorkspaceServerPage,
} from '@hawser/contracts/bindings';
import { TenantService, UnitOfWork, violatesUnique, type Transaction } from '@hawser/persistence';
import { EgressPolicy } from '@hawser/egress';
import { Injectable } from '@nestjs/common';
import { requireAllowed } from './endpoint.js';
import { requireUnmanaged } from './managed.js';
import { applyPatch, newColumns, requireNothingInherited, requireTarget } from './settings.js';
import type { WorkspaceServerEntity } from './workspace-server.entity.js';
import { WorkspaceServerRepository, type CountedServer } from './workspace-server.repository.js';

@Injectable()
export class WorkspaceServerService {
  constructor(
    private readonly servers: WorkspaceServerRepository,
    private readonly tenants: TenantService,
    private readonly unitOfWork: UnitOfWork,
    private readonly egress: EgressPolicy,
  ) {}

  async list(context: CallContext, page: PageQuery): Promise<WorkspaceServerPage> {
    const { rows, next_cursor } = await this.servers.list(workspaceOf(context), page);
    return { items: rows.map(toDto), next_cursor };
  }

  async get(context: CallContext, id: string): Promise<WorkspaceServer> {
    const row = await this.servers.find(workspaceOf(context), id);
    if (row === null) throw ServiceError.notFound('workspace server', id);
    return toDto(row);
  }

  async create(context: CallContext, input: CreateWorkspaceServer): Promise<WorkspaceServer> {
    const row = newRow(workspaceOf(context), input);
    requireNothingInherited(row);
    requireTarget(row);
    requireAllowed(row.endpoint, this.egress);
    try {
      return await this.unitOfWork.create(
        context,
        { ...createWorkspaceServer, request: input },
        async (transaction) => {
          await this.tenants.keepPresent(transaction.manager, row.workspace_id);
          await this.servers.insert(transaction.manager, row);
          await tell(transaction, 'created', row);
          return toDto({ ...row, agent_binding_count: 0, crew_server_count: 0 });
        },
      );
    } catch (error) {
      if (!violatesUnique(error, 'workspace_servers_name')) throw error;
      throw new ServiceError(
        'name_taken',
        `this workspace has a server named "${row.name}" already; choose another name or change that one`,
        { field: 'name', value: row.name },
      );
    }
  }

  async update(
    context: CallContext,
    { server_id, ...patch }: UpdateWorkspaceServer,
  ): Promise<WorkspaceServer> {
    return this.unitOfWork.run(context, async (transaction) => {
      const row = await this.lock(transaction, context, server_id);
      const changed = applyPatch(row, patch);
      if (changed.includes('endpoint')) requireAllowed(row.endpoint, this.egress);
      requireNothingInherited(row);
      requireTarget(row);
      if (changed.length > 0) {
        row.updated_at = new Date();
        await this.servers.update(transaction.manager, row);
        await tell(transaction, 'updated', row, changed);
      }
      const updated = await this.servers.find(row.workspace_id, row.id, transaction.manager);
      if (updated === null) throw ServiceError.notFound('workspace server', server_id);
      return toDto(updated);
    });
  }

  async delete(context: CallContext, id: string): Promise<Deleted> {
    return this.unitOfWork.run(context, async (transaction) => {
      const row = await this.lock(transaction, context, id);
      await this.servers.delete(transaction.manager, row.workspace_id, row.id);
      await tell(transaction, 'deleted', row);
      return { id: row.id, deleted: true as const };
    });
  }

  private async lock(
    { manager }: Transaction,
    context: CallContext,
    id: string,
  ): Promise<WorkspaceServerEntity> {
    const row = await this.servers.findForUpdate(manager, workspaceOf(context), id);
    if (row === null) throw ServiceError.notFound('workspace server', id);
    return requireUnmanaged(row);
  }
}

function newRow(workspaceId: string, input: CreateWorkspaceServer): WorkspaceServerEntity {
  return {
    ...newColumns(workspaceId, input),
    display_name: input.display_name ?? input.name,
    transport: input.transport ?? 'streamable-http',
  };
}

function tell(
  transaction: Transaction,
  fact: 'created' | 'updated' | 'deleted',
  row: WorkspaceServerEntity,
  fields: string[] = [],
): Promise<void> {
  return transaction.emit(bindingsChanged, {
    entity: 'workspace_server',
    fact,
    id: row.id,
    name: row.name,
    fields,
  });
}

/** In the order in which people read it. */
function toDto(row: CountedServer): WorkspaceServer {
  const { id, workspace_id, name, display_name, transport, ...rest } = row;
  const times = { created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
  return { id, workspace_id, name, display_name, transport, ...rest, ...times };
}
