import { ServiceError, type Actor } from '@hawser/contracts';
import type { Access, Authorise } from '@hawser/contracts/directory';
import { Injectable, Logger } from '@nestjs/common';
import { AccessRepository, type AccessRow, type MembershipRow } from './access.repository.js';

/** Answers, once for every HTTP request, who the caller is. */
@Injectable()
export class AccessService {
  private readonly log = new Logger(AccessService.name);
  /** Tokens whose use is being noted: a hundred requests at once need one note. */
  private readonly noting = new Set<string>();

  constructor(private readonly repository: AccessRepository) {}

  async authorise({ token_hash, subject, workspace, agent_id, crew_id }: Authorise): Promise<Access> {
    const path = { agentId: agent_id ?? null, crewId: crew_id ?? null };
    if (token_hash !== undefined && subject === undefined) {
      const row = await this.repository.find(token_hash, path);
      return this.accessOfToken(row, workspace);
    }
    if (subject !== undefined && token_hash === undefined) {
      if (workspace === undefined) return accessOfUser(subject);
      const row = await this.repository.findMembership(subject, workspace, path);
      return accessOfMember(subject, workspace, row);
    }
    throw ServiceError.invalid('subject', 'must be given in place of token_hash, and not with it');
  }

  private accessOfToken(row: AccessRow | null, workspace: string | undefined): Access {
    if (row === null || isFormerMember(row)) {
      throw new ServiceError('unauthenticated', 'the token is unknown, expired or revoked');
    }
    if (workspace !== undefined) requireOwnWorkspace(row, workspace);
    if (row.use_is_stale) void this.noteUse(row);
    return {
      ...accessIn(row),
      actor: toActor(row),
      scopes: row.scopes,
      expires_at: row.expires_at?.toISOString() ?? null,
    };
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
  throw noWorkspace(name, 'this token belongs to');
}

function noWorkspace(name: string, which: string): ServiceError {
  return new ServiceError('not_found', `no workspace "${name}" that ${which}`, {
    kind: 'workspace',
    id: name,
  });
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

/** Whom an OIDC issuer vouches for, outside any workspace. The prefix keeps them apart from tokens' ids. */
function accessOfUser(subject: string): Access {
  return {
    actor: { kind: 'user', id: `oidc:${subject}`, user_id: subject },
    role: null,
    scopes: null,
    workspace: null,
    agent: null,
    crew_id: null,
    expires_at: null,
  };
}

function accessOfMember(subject: string, workspace: string, row: MembershipRow | null): Access {
  if (row?.role == null) throw noWorkspace(workspace, 'you are a member of');
  const { actor, ...user } = accessOfUser(subject);
  return { ...user, ...accessIn(row), actor: { ...actor, role: row.role } };
}

/** What a caller has there, whoever they are. */
function accessIn(row: MembershipRow): Pick<Access, 'role' | 'workspace' | 'agent' | 'crew_id'> {
  const { workspace_id: id, slug, name, plan, sandbox_of } = row;
  return {
    role: row.role,
    workspace: { id, slug, name, plan, sandbox_of },
    agent: row.named_agent,
    crew_id: row.named_crew_id,
  };
}
