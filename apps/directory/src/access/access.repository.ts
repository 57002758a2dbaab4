import type { AgentRef, Role } from '@hawser/contracts';
import type { Plan, TokenKind, TokenScope } from '@hawser/contracts/directory';
import { PreparedQuery } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Ids that the path of a request names. */
export interface PathIds {
  agentId: string | null;
  crewId: string | null;
}

/** A workspace as a user finds it. */
export interface MembershipRow {
  /** Of the user's membership now; null when there is none. */
  role: Role | null;
  workspace_id: string;
  slug: string;
  name: string;
  plan: Plan;
  sandbox_of: string | null;
  named_agent: AgentRef | null;
  named_crew_id: string | null;
}

/** A token that has not expired, with all that a request needs to know about it. `role` is also a service's. */
export interface AccessRow extends MembershipRow {
  token_id: string;
  kind: TokenKind;
  user_id: string | null;
  agent_id: string | null;
  scopes: TokenScope[] | null;
  expires_at: Date | null;
  /** Whether its last use was noted over a minute ago, or never. */
  use_is_stale: boolean;
  /** Of the workspace that this is the sandbox of. */
  parent_slug: string | null;
}

const noteUseEvery = `interval '1 minute'`;

const namedInPath = `
    (SELECT json_build_object('id', a.id, 'crew_id', a.crew_id, 'owner_id', a.owner_id) FROM agents a
      WHERE a.workspace_id = w.id AND a.id = $2) AS named_agent,
    (SELECT c.id FROM crews c WHERE c.workspace_id = w.id AND c.id = $3) AS named_crew_id`;

// Subqueries rather than joins: joined, PostgreSQL reads all members of a workspace to find one.
const findAccess = new PreparedQuery<AccessRow>(
  'find-access',
  `
  SELECT t.id AS token_id, t.kind, t.user_id, t.agent_id, t.scopes, t.expires_at,
    coalesce(t.role, (
      SELECT m.role FROM members m
      WHERE m.workspace_id = coalesce(w.sandbox_of, w.id) AND m.user_id = t.user_id)) AS role,
    t.last_used_at IS NULL OR t.last_used_at < now() - ${noteUseEvery} AS use_is_stale,
    w.id AS workspace_id, w.slug, coalesce(w.name, p.name || ' (sandbox)') AS name,
    coalesce(w.plan, p.plan) AS plan, w.sandbox_of, p.slug AS parent_slug,
    ${namedInPath}
  FROM tokens t
  JOIN workspaces w ON w.id = t.workspace_id
  LEFT JOIN workspaces p ON p.id = w.sandbox_of
  WHERE t.hash = $1 AND (t.expires_at IS NULL OR t.expires_at > now())`,
);

// Sandboxes are for test tokens.
const findMembership = new PreparedQuery<MembershipRow>(
  'find-membership',
  `
  SELECT (SELECT m.role FROM members m WHERE m.workspace_id = w.id AND m.user_id = $1) AS role,
    w.id AS workspace_id, w.slug, w.name, w.plan, w.sandbox_of,
    ${namedInPath}
  FROM workspaces w
  WHERE (w.id = $4 OR w.slug = $4) AND w.sandbox_of IS NULL`,
);

@Injectable()
export class AccessRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Null when nobody has the token, or it has expired. */
  async find(hash: string, { agentId, crewId }: PathIds): Promise<AccessRow | null> {
    const rows = await findAccess.run(this.dataSource, [hash, agentId, crewId]);
    return rows[0] ?? null;
  }

  /** The workspace by id or slug, whether or not the user is a member; null when there is none. */
  async findMembership(
    userId: string,
    workspace: string,
    { agentId, crewId }: PathIds,
  ): Promise<MembershipRow | null> {
    const rows = await findMembership.run(this.dataSource, [userId, agentId, crewId, workspace]);
    return rows[0] ?? null;
  }

  /** Asks again whether it is due: another process may have done it. */
  async noteUse(workspaceId: string, tokenId: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE tokens SET last_used_at = now() WHERE workspace_id = $1 AND id = $2
         AND (last_used_at IS NULL OR last_used_at < now() - ${noteUseEvery})`,
      [workspaceId, tokenId],
    );
  }
}
