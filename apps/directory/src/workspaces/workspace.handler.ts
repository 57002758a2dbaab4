import type { CallContext, Deleted, PageQuery, Nothing } from '@hawser/contracts';
import {
  createWorkspace,
  deleteWorkspace,
  getWorkspace,
  listWorkspaces,
  updateWorkspace,
  type CreatedWorkspace,
  type CreateWorkspace,
  type PatchWorkspace,
  type Workspace,
  type WorkspacePage,
} from '@hawser/contracts/directory';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { WorkspaceService } from './workspace.service.js';

@Controller()
export class WorkspaceHandler {
  constructor(private readonly workspaces: WorkspaceService) {}

  @Handles(listWorkspaces)
  list(page: PageQuery, context: CallContext): Promise<WorkspacePage> {
    return this.workspaces.list(context, page);
  }

  @Handles(getWorkspace)
  get(_request: Nothing, context: CallContext): Promise<Workspace> {
    return this.workspaces.get(context);
  }

  @Handles(createWorkspace)
  create(input: CreateWorkspace, context: CallContext): Promise<CreatedWorkspace> {
    return this.workspaces.create(context, input);
  }

  @Handles(updateWorkspace)
  update(patch: PatchWorkspace, context: CallContext): Promise<Workspace> {
    return this.workspaces.update(context, patch);
  }

  @Handles(deleteWorkspace)
  delete(_request: Nothing, context: CallContext): Promise<Deleted> {
    return this.workspaces.delete(context);
  }
}
