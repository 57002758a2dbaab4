import { ServiceError, workspaceOf, type CallContext, type Deleted, type PageQuery } from '@hawser/contracts';
import {
  bindingsChanged,
  createCrewServer,
  type CrewServer,
  type CrewServerPage,
  type CrewServerRef,
  type ListCrewServers,
  type NewCrewServer,
  type UpdateCrewServer,
} from '@hawser/contracts/bindings';
import {
  TenantService,
  UnitOfWork,
  violatesReference,
  violatesUnique,
  type Transaction,
} from '@hawser/persistence';
import { EgressPolicy } from '@hawser/egress';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CrewServerEntity } from './crew-server.entity.js';
import { CrewServerRepository } from './crew-server.repository.js';
import { requireAllowed } from './endpoint.js';
import { MadeCredentials, namesIn, type DeletedServer } from './made-credentials.js';
import { requireUnmanaged } from './managed.js';
import {
  applyPatch,
  concernsTarget,
  inherit,
  newColumns,
  requireNothingInherited,
  requireTarget,
} from './settings.js';

@Injectable()
export class CrewServerService {
  constructor(
    private readonly servers: CrewServerRepository,
    private readonly tenants: TenantService,
    private readonly madeCredentials: MadeCredentials,
    private readonly unitOfWork: UnitOfWork,
    private readonly egress: EgressPolicy,
  ) {}

  async listAll(context: CallContext, page: PageQuery): Promise<CrewServerPage> {
    const { rows, next_cursor } = await this.servers.list(workspaceOf(context), null, page);
    return { items: rows.map(toDto), next_cursor };
  }

  async list(context: CallContext, { crew_id, ...page }: ListCrewServers): Promise<CrewServerPage> {
    const { rows, next_cursor } = await this.servers.list(workspaceOf(context), crew_id, page);
    return { items: rows.map(toDto), next_cursor };
  }

  async create(context: CallContext, input: NewCrewServer): Promise<CrewServer> {
    const row = newRow(workspaceOf(context), input);
    requireAllowed(row.endpoint, this.egress);
    try {
      return await this.unitOfWork.create(
        context,
        { ...createCrewServer, request: input },
        async (transaction) => {
          await this.tenants.keepPresent(transaction.manager, row.workspace_id, row.crew_id);
          await this.requireComplete(transaction.manager, row);
          await this.servers.insert(transaction.manager, row);
          await tell(transaction, 'created', row);
          return toDto(row);
        },
      );
    } catch (error) {
      throw whyRefused(error, row);
    }
  }

  async update(
    context: CallContext,
    { crew_id, server_id, ...patch }: UpdateCrewServer,
  ): Promise<CrewServer> {
    return this.unitOfWork.run(context, async (transaction) => {
      const row = await this.lock(transaction, context, { crew_id, server_id });
      const changed = applyPatch(row, patch);
      if (changed.includes('endpoint')) requireAllowed(row.endpoint, this.egress);
      // A row that a change of its parent left incomplete can still be switched off or described.
      if (row.workspace_mcp_server_id === null || concernsTarget(changed)) {
        await this.requireComplete(transaction.manager, row);
      }
      if (changed.length > 0) {
        row.updated_at = new Date();
        await this.servers.update(transaction.manager, row);
        await tell(transaction, 'updated', row, changed);
      }
      return toDto(row);
    });
  }

  async delete(context: CallContext, ref: CrewServerRef): Promise<Deleted> {
    const server = await this.unitOfWork.run(context, async (transaction) => {
      const row = await this.lock(transaction, context, ref);
      const used = await this.credentialsOf(transaction.manager, row);
      await this.servers.delete(transaction.manager, row.workspace_id, row.id);
      await tell(transaction, 'deleted', row);
      return { id: row.id, ...used };
    });
    await this.madeCredentials.deleteOf(context, server);
    return { id: server.id, deleted: true as const };
  }

  private async credentialsOf(manager: EntityManager, row: CrewServerEntity): Promise<DeletedServer> {
    const parentId = row.endpoint === null ? row.workspace_mcp_server_id : null;
    const parent =
      parentId === null ? null : await this.servers.findParent(manager, row.workspace_id, parentId);
    return {
      endpoint: row.endpoint ?? parent?.endpoint ?? null,
      credentialIds: await this.servers.findBoundCredentials(manager, row.workspace_id, row.id),
      credentialNames: namesIn(row),
    };
  }

  /** What a server needs is asked of the row as it is after inheriting. */
  private async requireComplete(manager: EntityManager, row: CrewServerEntity): Promise<void> {
    if (row.workspace_mcp_server_id === null) {
      requireNothingInherited(row);
      requireTarget(row);
      return;
    }
    const parent = await this.servers.findParent(manager, row.workspace_id, row.workspace_mcp_server_id);
    if (parent === null) throw noParent(row);
    requireTarget(inherit(row, parent));
  }

  private async lock(
    { manager }: Transaction,
    context: CallContext,
    { crew_id, server_id }: CrewServerRef,
  ): Promise<CrewServerEntity> {
    const row = await this.servers.findForUpdate(manager, workspaceOf(context), crew_id, server_id);
    if (row === null) throw ServiceError.notFound('crew server', server_id);
    return requireUnmanaged(row);
  }
}

function newRow(workspaceId: string, input: NewCrewServer): CrewServerEntity {
  const parentId = input.workspace_mcp_server_id ?? null;
  const standalone = parentId === null;
  return {
    ...newColumns(workspaceId, input),
    crew_id: input.crew_id,
    workspace_mcp_server_id: parentId,
    display_name: input.display_name ?? (standalone ? input.name : null),
    transport: input.transport ?? (standalone ? 'streamable-http' : null),
  };
}

function noParent(row: CrewServerEntity): ServiceError {
  return ServiceError.invalid(
    'workspace_mcp_server_id',
    'must name a server of this workspace',
    row.workspace_mcp_server_id,
  );
}

function whyRefused(error: unknown, row: CrewServerEntity): unknown {
  if (violatesReference(error, 'crew_servers_parent')) return noParent(row);
  if (violatesUnique(error, 'crew_servers_name')) {
    return new ServiceError(
      'name_taken',
      `this crew has a server named "${row.name}" already; choose another name or change that one`,
      {
        field: 'name',
        value: row.name,
      },
    );
  }
  if (violatesUnique(error, 'crew_servers_override')) {
    return new ServiceError(
      'override_exists',
      `this crew overrides the workspace server "${row.workspace_mcp_server_id}" already; change that row instead`,
      { field: 'workspace_mcp_server_id', value: row.workspace_mcp_server_id },
    );
  }
  return error;
}

function tell(
  transaction: Transaction,
  fact: 'created' | 'updated' | 'deleted',
  row: CrewServerEntity,
  fields: string[] = [],
): Promise<void> {
  return transaction.emit(bindingsChanged, {
    entity: 'crew_server',
    fact,
    id: row.id,
    name: row.name,
    fields,
  });
}

/** In the order in which people read it. */
function toDto(row: CrewServerEntity): CrewServer {
  const { id, workspace_id, crew_id, workspace_mcp_server_id, name, display_name, transport, ...rest } = row;
  const identity = { id, workspace_id, crew_id, workspace_mcp_server_id, name, display_name, transport };
  const times = { created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
  return { ...identity, ...rest, ...times };
}
