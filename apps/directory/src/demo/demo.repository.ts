import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { WorkspaceEntity } from '../workspaces/workspace.entity.js';

@Injectable()
export class DemoRepository {
  /** Two processes that start at once make one demo. */
  async lock(manager: EntityManager): Promise<void> {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtext('hawser.directory.demo'))`);
  }

  hasWorkspaces(manager: EntityManager): Promise<boolean> {
    return manager.exists(WorkspaceEntity);
  }

  findBySlug(manager: EntityManager, slug: string): Promise<WorkspaceEntity | null> {
    return manager.findOneBy(WorkspaceEntity, { slug });
  }
}
