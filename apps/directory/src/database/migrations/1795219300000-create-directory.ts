import { createServiceTables, dropServiceTables } from '@hawser/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const times = `
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()`;
const role = `text CHECK (role IN ('OWNER', 'ADMIN', 'MANAGER', 'MEMBER', 'VIEWER'))`;
const ofWorkspace = `text COLLATE "C" NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE`;

export class CreateDirectory1795219300000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // A sandbox has the name and the plan of its workspace, so it keeps none of its own.
    await queryRunner.query(`
      CREATE TABLE workspaces (
        id text COLLATE "C" PRIMARY KEY,
        name text,
        slug text COLLATE "C" NOT NULL CONSTRAINT workspaces_slug UNIQUE,
        plan text CHECK (plan IN ('free', 'pro', 'team')),
        sandbox_of text COLLATE "C" CONSTRAINT workspaces_sandbox UNIQUE REFERENCES workspaces (id) ON DELETE CASCADE,
        ${times},
        CONSTRAINT workspaces_named CHECK (num_nonnulls(name, plan) = CASE WHEN sandbox_of IS NULL THEN 2 ELSE 0 END)
      )`);

    await queryRunner.query(`
      CREATE TABLE members (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id ${ofWorkspace},
        user_id text COLLATE "C" NOT NULL,
        email text,
        role ${role} NOT NULL,
        ${times},
        CONSTRAINT members_user UNIQUE (workspace_id, user_id)
      )`);

    await queryRunner.query(`
      CREATE TABLE crews (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id ${ofWorkspace},
        name text COLLATE "C" NOT NULL,
        slug text COLLATE "C" NOT NULL,
        ${times},
        UNIQUE (workspace_id, id),
        CONSTRAINT crews_slug UNIQUE (workspace_id, slug)
      )`);
    await queryRunner.query(`CREATE INDEX crews_order ON crews (workspace_id, name, id)`);

    await queryRunner.query(`
      CREATE TABLE agents (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id ${ofWorkspace},
        name text COLLATE "C" NOT NULL,
        crew_id text COLLATE "C",
        owner_id text COLLATE "C",
        ${times},
        UNIQUE (workspace_id, id),
        CONSTRAINT agents_crew FOREIGN KEY (workspace_id, crew_id) REFERENCES crews (workspace_id, id)
      )`);
    await queryRunner.query(`CREATE INDEX agents_order ON agents (workspace_id, name, id)`);
    await queryRunner.query(
      `CREATE INDEX agents_of_crew ON agents (workspace_id, crew_id) WHERE crew_id IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX agents_of_owner ON agents (workspace_id, owner_id) WHERE owner_id IS NOT NULL`,
    );

    // What each kind of token has, and nothing else: a user's role is their membership's, an agent has none.
    await queryRunner.query(`
      CREATE TABLE tokens (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id ${ofWorkspace},
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('user', 'service', 'agent')),
        mode text NOT NULL CHECK (mode IN ('live', 'test')),
        hash text COLLATE "C" NOT NULL CONSTRAINT tokens_hash UNIQUE,
        prefix text NOT NULL,
        role ${role},
        user_id text COLLATE "C",
        agent_id text COLLATE "C",
        scopes text[],
        expires_at timestamptz,
        last_used_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT tokens_subject CHECK (
          (user_id IS NOT NULL) = (kind = 'user') AND (role IS NOT NULL) = (kind = 'service')
          AND (agent_id IS NOT NULL) = (kind = 'agent')),
        CONSTRAINT tokens_agent FOREIGN KEY (workspace_id, agent_id)
          REFERENCES agents (workspace_id, id) ON DELETE CASCADE
      )`);
    await queryRunner.query(`CREATE INDEX tokens_order ON tokens (workspace_id, id)`);
    await queryRunner.query(
      `CREATE INDEX tokens_of_user ON tokens (workspace_id, user_id) WHERE user_id IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX tokens_of_agent ON tokens (workspace_id, agent_id) WHERE agent_id IS NOT NULL`,
    );

    // Goes with its workspace: who deletes a workspace deletes all that is known of it. To the millisecond, as the
    // cursor of a page says it.
    await queryRunner.query(`
      CREATE TABLE audit_log (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id ${ofWorkspace},
        at timestamptz(3) NOT NULL,
        actor_kind text NOT NULL,
        actor_id text NOT NULL,
        actor_user_id text,
        action text NOT NULL,
        target_id text NOT NULL,
        target_name text,
        fields text[] NOT NULL,
        request_id text NOT NULL
      )`);
    await queryRunner.query(`CREATE INDEX audit_log_order ON audit_log (workspace_id, at, id)`);
    await createServiceTables(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropServiceTables(queryRunner);
    await queryRunner.query(`DROP TABLE audit_log, tokens, agents, crews, members, workspaces`);
  }
}
