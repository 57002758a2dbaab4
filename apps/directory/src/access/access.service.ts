import { ServiceError, type Actor } from '@hawser/contracts';
import type { Access, Authorise } from '@hawser/contracts/directory';
import { Injectable, Logger } from '@nestjs/common';
import { AccessRepository, type AccessRow } from './access.repository.js';

/** Answers, once for every HTTP request, who the caller is. */
@Injectable()
export class AccessService {
  private readonly log = new Logger(AccessService.name);
  /** Tokens whose use is being noted: a hundred requests at once need one note. */
  private readonly noting = new Set<string>();

  constructor(private readonly repository: AccessRepository) {}

  async authorise({ token_hash, workspace, agent_id, crew_id }: Authorise): Promise<Access> {
    const row = await this.repository.find(token_hash, agent_id ?? null, crew_id ?? null);
    if (row === null || isFormerMember(row)) {
      throw new ServiceError('unauthenticated', 'the token is unknown, expired or revoked');
    }
    if (workspace !== undefined) requireOwnWorkspace(row, workspace);
    if (row.use_is_stale) void this.noteUse(row);
    return toAccess(row);
  }

  /** Nobody waits for it, and a request does not fail with it. */
  private async noteUse({ workspace_id, token_id }: AccessRow): Promise<void> {
    if (this.noting.has(token_id)) return;
    this.noting.add(token_id);
    try {
      await this.repository.noteUse(workspace_id, token_id);
    } catch (error) {
      this.log.warn(`the last use of token ${token_id} was not noted: ${String(error)}`);
    } finally {
      this.noting.delete(token_id);
    }
  }
}

/** A user's token is worth what their membership is. */
function isFormerMember({ kind, role }: AccessRow): boolean {
  return kind === 'user' && role === null;
}

/** A sandbox also answers to its workspace's id and slug, so that a test token needs no other address. */
function requireOwnWorkspace({ workspace_id, slug, sandbox_of, parent_slug }: AccessRow, name: string): void {
  if ([workspace_id, slug, sandbox_of, parent_slug].includes(name)) return;
  throw new ServiceError('not_found', `no workspace "${name}" that this token belongs to`, {
    kind: 'workspace',
    id: name,
  });
}

function toAccess(row: AccessRow): Access {
  return {
    actor: toActor(row),
    role: row.role,
    scopes: row.scopes,
    workspace: {
      id: row.workspace_id,
      slug: row.slug,
      name: row.name,
      plan: row.plan,
      sandbox_of: row.sandbox_of,
    },
    agent: row.named_agent,
    crew_id: row.named_crew_id,
  };
}

function toActor({ kind, token_id, user_id, agent_id, role }: AccessRow): Actor {
  return {
    kind,
    id: token_id,
    ...(user_id === null ? {} : { user_id }),
    ...(agent_id === null ? {} : { agent_id }),
    ...(role === null ? {} : { role }),
  };
}
