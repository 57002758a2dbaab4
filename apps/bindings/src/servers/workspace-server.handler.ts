import type { CallContext, Deleted, PageQuery } from '@hawser/contracts';
import {
  createWorkspaceServer,
  deleteWorkspaceServer,
  getWorkspaceServer,
  listWorkspaceServers,
  updateWorkspaceServer,
  type CreateWorkspaceServer,
  type UpdateWorkspaceServer,
  type WorkspaceServer,
  type WorkspaceServerPage,
  type WorkspaceServerRef,
} from '@hawser/contracts/bindings';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { WorkspaceServerService } from './workspace-server.service.js';

@Controller()
export class WorkspaceServerHandler {
  constructor(private readonly servers: WorkspaceServerService) {}

  @Handles(listWorkspaceServers)
  list(page: PageQuery, context: CallContext): Promise<WorkspaceServerPage> {
    return this.servers.list(context, page);
  }

  @Handles(getWorkspaceServer)
  get({ server_id }: WorkspaceServerRef, context: CallContext): Promise<WorkspaceServer> {
    return this.servers.get(context, server_id);
  }

  @Handles(createWorkspaceServer)
  create(input: CreateWorkspaceServer, context: CallContext): Promise<WorkspaceServer> {
    return this.servers.create(context, input);
  }

  @Handles(updateWorkspaceServer)
  update(input: UpdateWorkspaceServer, context: CallContext): Promise<WorkspaceServer> {
    return this.servers.update(context, input);
  }

  @Handles(deleteWorkspaceServer)
  delete({ server_id }: WorkspaceServerRef, context: CallContext): Promise<Deleted> {
    return this.servers.delete(context, server_id);
  }
}
