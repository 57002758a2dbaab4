import { createServiceTables, dropServiceTables } from '@hawser/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

// Names and ids sort by code unit whatever the database's own collation is.
const settings = `
  endpoint text,
  command text,
  args_json text,
  env_json text,
  config_json text,
  headers_json text,
  icon text,
  enabled boolean NOT NULL,
  exposure text NOT NULL CHECK (exposure IN ('all', 'bound')),
  managed_by text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()`;

export class CreateBindings1795219200000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE workspace_servers (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id text NOT NULL,
        name text COLLATE "C" NOT NULL,
        display_name text NOT NULL,
        transport text NOT NULL CHECK (transport IN ('streamable-http', 'stdio')),
        ${settings},
        UNIQUE (workspace_id, id)
      )`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX workspace_servers_name ON workspace_servers (workspace_id, name) WHERE managed_by IS NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX workspace_servers_order ON workspace_servers (workspace_id, name, id)`,
    );

    await queryRunner.query(`
      CREATE TABLE crew_servers (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id text NOT NULL,
        crew_id text COLLATE "C" NOT NULL,
        workspace_mcp_server_id text COLLATE "C",
        name text COLLATE "C" NOT NULL,
        display_name text,
        transport text CHECK (transport IN ('streamable-http', 'stdio')),
        ${settings},
        UNIQUE (workspace_id, id),
        CONSTRAINT crew_servers_parent FOREIGN KEY (workspace_id, workspace_mcp_server_id)
          REFERENCES workspace_servers (workspace_id, id) ON DELETE CASCADE,
        CONSTRAINT crew_servers_standalone CHECK (
          workspace_mcp_server_id IS NOT NULL OR (display_name IS NOT NULL AND transport IS NOT NULL))
      )`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX crew_servers_name ON crew_servers (workspace_id, crew_id, name) WHERE managed_by IS NULL`,
    );
    await queryRunner.query(
      `CREATE UNIQUE INDEX crew_servers_override ON crew_servers (workspace_id, workspace_mcp_server_id, crew_id)
       WHERE workspace_mcp_server_id IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX crew_servers_order ON crew_servers (workspace_id, crew_id, name, id)`,
    );

    await queryRunner.query(`
      CREATE TABLE agent_bindings (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id text NOT NULL,
        agent_id text NOT NULL,
        workspace_server_id text COLLATE "C",
        crew_server_id text COLLATE "C",
        credential_id text,
        cred_type text NOT NULL CHECK (cred_type IN ('bearer', 'api_key', 'basic')),
        cred_header text,
        env_var_name text,
        enabled boolean NOT NULL,
        config_override_json text,
        managed_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT agent_bindings_one_server CHECK (num_nonnulls(workspace_server_id, crew_server_id) = 1),
        CONSTRAINT agent_bindings_workspace_server FOREIGN KEY (workspace_id, workspace_server_id)
          REFERENCES workspace_servers (workspace_id, id) ON DELETE CASCADE,
        CONSTRAINT agent_bindings_crew_server FOREIGN KEY (workspace_id, crew_server_id)
          REFERENCES crew_servers (workspace_id, id) ON DELETE CASCADE
      )`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX agent_bindings_once ON agent_bindings
         (workspace_id, agent_id, (coalesce(workspace_server_id, crew_server_id)))`,
    );
    await queryRunner.query(
      `CREATE INDEX agent_bindings_of_workspace_server ON agent_bindings (workspace_id, workspace_server_id)
       WHERE workspace_server_id IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX agent_bindings_of_crew_server ON agent_bindings (workspace_id, crew_server_id)
       WHERE crew_server_id IS NOT NULL`,
    );

    await queryRunner.query(`
      CREATE TABLE tool_states (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id text NOT NULL,
        crew_server_id text COLLATE "C" NOT NULL,
        tool_name text COLLATE "C" NOT NULL,
        description text,
        enabled boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT tool_states_name UNIQUE (workspace_id, crew_server_id, tool_name),
        CONSTRAINT tool_states_server FOREIGN KEY (workspace_id, crew_server_id)
          REFERENCES crew_servers (workspace_id, id) ON DELETE CASCADE
      )`);

    // Workspaces, crews and agents that are no more, so that a late request cannot make something for one.
    await queryRunner.query(`
      CREATE TABLE departed_tenants (
        workspace_id text NOT NULL,
        id text NOT NULL,
        departed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (workspace_id, id)
      )`);
    await createServiceTables(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropServiceTables(queryRunner);
    await queryRunner.query(
      `DROP TABLE departed_tenants, tool_states, agent_bindings, crew_servers, workspace_servers`,
    );
  }
}
