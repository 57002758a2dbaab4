import type { DatabaseOptions } from '@hawser/persistence';
import { AgentEntity } from '../agents/agent.entity.js';
import { AuditEntity } from '../audit/audit.entity.js';
import { CrewEntity } from '../crews/crew.entity.js';
import { MemberEntity } from '../members/member.entity.js';
import { TokenEntity } from '../tokens/token.entity.js';
import { WorkspaceEntity } from '../workspaces/workspace.entity.js';
import { CreateDirectory1795219300000 } from './migrations/1795219300000-create-directory.js';
import { IndexMembersOfUser1795305700000 } from './migrations/1795305700000-index-members-of-user.js';

/** The schema that this service owns. */
export function directoryDatabase(url: string): DatabaseOptions {
  return {
    url,
    schema: 'directory',
    entities: [WorkspaceEntity, MemberEntity, CrewEntity, AgentEntity, TokenEntity, AuditEntity],
    migrations: [CreateDirectory1795219300000, IndexMembersOfUser1795305700000],
  };
}
