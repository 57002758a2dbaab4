import { ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import {
  bindingsChanged,
  type CrewServerRef,
  type RefreshCrewTools,
  type RefreshedTools,
  type ToolState,
  type UpsertTool,
} from '@hawser/contracts/bindings';
import { UnitOfWork, type Transaction } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { CrewServerRepository } from '../servers/crew-server.repository.js';
import type { CrewServerEntity } from '../servers/crew-server.entity.js';
import type { ToolStateEntity } from './tool-state.entity.js';
import { ToolRepository } from './tool.repository.js';

@Injectable()
export class ToolService {
  constructor(
    private readonly tools: ToolRepository,
    private readonly servers: CrewServerRepository,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async list(context: CallContext, ref: CrewServerRef): Promise<ToolState[]> {
    const server = await this.requireServer(context, ref);
    return (await this.tools.list(server.workspace_id, server.id)).map(toDto);
  }

  async upsert(
    context: CallContext,
    { crew_id, server_id, tool_name, ...change }: UpsertTool,
  ): Promise<ToolState> {
    if (change.enabled === undefined && change.description === undefined) {
      throw ServiceError.invalid('body', 'must have at least one of enabled and description', {});
    }
    return this.onServer(context, { crew_id, server_id }, async (transaction, server) => {
      const row = await this.tools.upsert(
        transaction.manager,
        server.workspace_id,
        server.id,
        tool_name,
        change,
      );
      if (row.changed) {
        await transaction.emit(bindingsChanged, {
          entity: 'tool_state',
          fact: 'updated',
          id: row.id,
          name: tool_name,
          fields: Object.keys(change),
        });
      }
      return toDto(row);
    });
  }

  async refresh(
    context: CallContext,
    { crew_id, server_id, tools }: RefreshCrewTools,
  ): Promise<RefreshedTools> {
    if (tools.length === 0) {
      await this.requireServer(context, { crew_id, server_id });
      return { created: 0, updated: 0, total: 0 };
    }
    // Named twice: the last one counts.
    const distinct = [...new Map(tools.map((tool) => [tool.name, tool])).values()];
    return this.onServer(context, { crew_id, server_id }, async (transaction, server) => {
      const counts = await this.tools.reconcile(
        transaction.manager,
        server.workspace_id,
        server.id,
        distinct,
      );
      await transaction.emit(bindingsChanged, {
        entity: 'crew_server',
        fact: 'updated',
        id: server.id,
        name: server.name,
        fields: ['tools'],
      });
      return { ...counts, total: tools.length };
    });
  }

  /** The server first, then its tools, as its deletion does it: in another order the two could wait for each other. */
  private onServer<T>(
    context: CallContext,
    ref: CrewServerRef,
    work: (transaction: Transaction, server: CrewServerEntity) => Promise<T>,
  ): Promise<T> {
    return this.unitOfWork.run(context, async (transaction) => {
      const { crew_id, server_id } = ref;
      const server = await this.servers.hold(transaction.manager, workspaceOf(context), crew_id, server_id);
      if (server === null) throw noServer(ref);
      return work(transaction, server);
    });
  }

  private async requireServer(
    context: CallContext,
    { crew_id, server_id }: CrewServerRef,
  ): Promise<CrewServerEntity> {
    const server = await this.servers.find(workspaceOf(context), crew_id, server_id);
    if (server === null) throw noServer({ crew_id, server_id });
    return server;
  }
}

function noServer({ server_id }: CrewServerRef): ServiceError {
  return ServiceError.notFound('crew server', server_id);
}

/** In the order in which people read it. */
function toDto(row: ToolStateEntity): ToolState {
  return {
    id: row.id,
    tool_name: row.tool_name,
    description: row.description,
    enabled: row.enabled,
    seen_at: row.seen_at?.toISOString() ?? null,
    changed_at: row.changed_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
