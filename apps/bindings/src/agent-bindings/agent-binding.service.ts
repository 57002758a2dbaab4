import { ServiceError, workspaceOf, type CallContext, type Deleted } from '@hawser/contracts';
import {
  bindingsChanged,
  createAgentBinding,
  type AgentBinding,
  type AgentBindingPage,
  type AgentBindingRef,
  type ListAgentBindings,
  type NewAgentBinding,
  type PatchAgentBinding,
  type UpdateAgentBinding,
} from '@hawser/contracts/bindings';
import {
  newId,
  TenantService,
  UnitOfWork,
  violatesReference,
  violatesUnique,
  type Transaction,
} from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { requireUnmanaged } from '../servers/managed.js';
import type { AgentBindingEntity } from './agent-binding.entity.js';
import { AgentBindingRepository, type ListedBinding } from './agent-binding.repository.js';
import { CredentialCheck } from './credential-check.js';

@Injectable()
export class AgentBindingService {
  constructor(
    private readonly bindings: AgentBindingRepository,
    private readonly tenants: TenantService,
    private readonly credentials: CredentialCheck,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async list(context: CallContext, { agent_id, ...page }: ListAgentBindings): Promise<AgentBindingPage> {
    const { rows, next_cursor } = await this.bindings.list(workspaceOf(context), agent_id, page);
    return { items: rows.map((row) => toDto(row, crewOf(context))), next_cursor };
  }

  async create(context: CallContext, input: NewAgentBinding): Promise<AgentBinding> {
    const noCredential = await this.credentials.whyNot(context, input.credential_id);
    const row = newRow(workspaceOf(context), input);
    const crewId = crewOf(context);
    try {
      return await this.unitOfWork.create(
        context,
        { ...createAgentBinding, request: input },
        async (transaction) => {
          if (noCredential !== null) throw noCredential;
          await this.tenants.keepPresent(transaction.manager, row.workspace_id, row.agent_id);
          await this.requireServer(transaction.manager, row, crewId);
          await this.bindings.insert(transaction.manager, row);
          await tell(transaction, 'created', row);
          return toDto({ ...row, server_crew_id: row.crew_server_id === null ? null : crewId }, crewId);
        },
      );
    } catch (error) {
      if (violatesUnique(error, 'agent_bindings_once')) {
        throw new ServiceError(
          'already_bound',
          `the agent has a binding to "${input.mcp_server_id}" already; change or delete that one`,
          { field: 'mcp_server_id', value: input.mcp_server_id },
        );
      }
      const serverWentAway =
        violatesReference(error, 'agent_bindings_workspace_server') ||
        violatesReference(error, 'agent_bindings_crew_server');
      throw serverWentAway ? noServer(row) : error;
    }
  }

  async update(context: CallContext, { agent_id, ref, ...patch }: UpdateAgentBinding): Promise<AgentBinding> {
    const noCredential = await this.credentials.whyNot(context, patch.credential_id);
    return this.unitOfWork.run(context, async (transaction) => {
      const row = await this.lock(transaction, context, agent_id, ref);
      if (noCredential !== null) throw noCredential;
      const changes = changesOf(row, patch);
      if (Object.keys(changes).length > 0) {
        const fields = Object.keys(changes);
        changes.updated_at = new Date();
        await this.bindings.update(transaction.manager, row, changes);
        await tell(transaction, 'updated', row, fields);
      }
      return toDto({ ...row, ...changes }, crewOf(context));
    });
  }

  async delete(context: CallContext, { agent_id, ref }: AgentBindingRef): Promise<Deleted> {
    return this.unitOfWork.run(context, async (transaction) => {
      const row = await this.lock(transaction, context, agent_id, ref);
      await this.bindings.delete(transaction.manager, row.workspace_id, row.id);
      await tell(transaction, 'deleted', row);
      return { id: row.id, deleted: true as const };
    });
  }

  /** A crew's server binds only agents of that crew. */
  private async requireServer(
    manager: EntityManager,
    row: AgentBindingEntity,
    crewId: string | null,
  ): Promise<void> {
    if (row.workspace_server_id !== null) {
      const exists = await this.bindings.workspaceServerExists(
        manager,
        row.workspace_id,
        row.workspace_server_id,
      );
      if (!exists) throw noServer(row);
      return;
    }
    const id = row.crew_server_id ?? '';
    const server = await this.bindings.findCrewServer(manager, row.workspace_id, id);
    if (server === null) throw noServer(row);
    if (server.crew_id !== crewId) {
      const reason = crewId === null ? 'and the agent is in none' : `and the agent is in crew "${crewId}"`;
      throw ServiceError.invalid('mcp_server_id', `is a server of crew "${server.crew_id}", ${reason}`, id);
    }
  }

  private async lock(
    { manager }: Transaction,
    context: CallContext,
    agentId: string,
    ref: string,
  ): Promise<ListedBinding> {
    const row = await this.bindings.findForUpdate(manager, workspaceOf(context), agentId, ref);
    if (row === null) throw ServiceError.notFound('binding of this agent', ref);
    return requireUnmanaged(row);
  }
}

/** The crew of the agent that the path names, as `directory` told with the request. */
function crewOf(context: CallContext): string | null {
  return context.agent?.crew_id ?? null;
}

function newRow(workspaceId: string, input: NewAgentBinding): AgentBindingEntity {
  const now = new Date();
  const ofWorkspace = input.mcp_server_scope === 'workspace';
  return {
    id: newId('bnd'),
    workspace_id: workspaceId,
    agent_id: input.agent_id,
    workspace_server_id: ofWorkspace ? input.mcp_server_id : null,
    crew_server_id: ofWorkspace ? null : input.mcp_server_id,
    credential_id: input.credential_id || null,
    cred_type: input.cred_type ?? 'bearer',
    cred_header: input.cred_header || null,
    env_var_name: input.env_var_name || null,
    enabled: input.enabled ?? true,
    config_override_json: input.config_override_json ?? null,
    managed_by: null,
    created_at: now,
    updated_at: now,
  };
}

const clearedByEmptyText = ['credential_id', 'cred_header', 'env_var_name'] as const;

/** @throws ServiceError validation_failed when the patch says nothing */
function changesOf(row: AgentBindingEntity, patch: PatchAgentBinding): Partial<AgentBindingEntity> {
  const said = Object.fromEntries(
    Object.entries(patch).filter(([, value]) => value !== undefined),
  ) as Partial<AgentBindingEntity>;
  if (Object.keys(said).length === 0) {
    throw ServiceError.invalid(
      'body',
      'has no fields to update; give at least one of credential_id, cred_type, cred_header, env_var_name, enabled, config_override_json',
      {},
    );
  }
  for (const field of clearedByEmptyText) if (said[field] === '') said[field] = null;
  const changed = Object.entries(said).filter(
    ([field, value]) => row[field as keyof AgentBindingEntity] !== value,
  );
  return Object.fromEntries(changed);
}

function noServer(row: AgentBindingEntity): ServiceError {
  const [scope, id] =
    row.workspace_server_id === null ? ['crew', row.crew_server_id] : ['workspace', row.workspace_server_id];
  return ServiceError.invalid('mcp_server_id', `must name a ${scope} server of this workspace`, id);
}

function tell(
  transaction: Transaction,
  fact: 'created' | 'updated' | 'deleted',
  row: AgentBindingEntity,
  fields: string[] = [],
): Promise<void> {
  return transaction.emit(bindingsChanged, { entity: 'agent_binding', fact, id: row.id, name: null, fields });
}

/** In the order in which people read it. */
function toDto(row: ListedBinding, crewId: string | null): AgentBinding {
  const { id, workspace_id, agent_id, workspace_server_id, crew_server_id, server_crew_id, ...rest } = row;
  return {
    id,
    workspace_id,
    agent_id,
    mcp_server_id: workspace_server_id ?? crew_server_id ?? '',
    mcp_server_scope: workspace_server_id === null ? 'crew' : 'workspace',
    ...rest,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    effective: crew_server_id === null || server_crew_id === crewId,
  };
}
