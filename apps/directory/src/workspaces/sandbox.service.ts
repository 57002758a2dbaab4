import { newId } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { firstFree } from '../slugs/claim-slug.js';
import { withEnding } from '../slugs/slug.js';
import { WorkspaceRepository, type ShownWorkspace } from './workspace.repository.js';

/** The twin of a workspace that test tokens work in: with data of its own, and the workspace's members and plan. */
@Injectable()
export class SandboxService {
  constructor(private readonly workspaces: WorkspaceRepository) {}

  /** The sandbox's id. It is made when first needed; of several who need it at once, one makes it. */
  async ensure(manager: EntityManager, workspace: ShownWorkspace): Promise<string> {
    const base = withEnding(workspace.slug, '-sandbox');
    for (;;) {
      const known = await this.workspaces.holdSandbox(manager, workspace.id);
      if (known !== null) return known;
      const id = newId('ws');
      const now = new Date();
      const inserted = await this.workspaces.insertUnlessTaken(manager, {
        id,
        name: null,
        slug: await firstFree(base, (slugs) => this.workspaces.takenSlugs(manager, slugs)),
        plan: null,
        sandbox_of: workspace.id,
        created_at: now,
        updated_at: now,
      });
      if (inserted) return id;
    }
  }
}

/** The workspace whose members count: a sandbox has none of its own. */
export function homeOf({ id, sandbox_of }: { id: string; sandbox_of: string | null }): string {
  return sandbox_of ?? id;
}
