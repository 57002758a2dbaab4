import { createServiceTables, dropServiceTables } from '@hawser/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every ciphertext is in `secrets`, whatever it belongs to: so what has to be done to all of them misses none. */
export class CreateVault1795392000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE data_keys (
        workspace_id text NOT NULL,
        version int NOT NULL CHECK (version > 0),
        master_key_id text COLLATE "C" NOT NULL,
        wrapped_key bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (workspace_id, version)
      )`);
    await queryRunner.query(
      `CREATE INDEX data_keys_of_master_key ON data_keys (master_key_id, workspace_id)`,
    );
    await queryRunner.query(`
      CREATE TABLE secrets (
        workspace_id text NOT NULL,
        owner_id text COLLATE "C" NOT NULL,
        field text NOT NULL CHECK (field IN ('value', 'refresh_token', 'client_secret', 'code_verifier')),
        key_version int NOT NULL,
        sealed bytea NOT NULL,
        PRIMARY KEY (workspace_id, owner_id, field),
        CONSTRAINT secrets_data_key FOREIGN KEY (workspace_id, key_version)
          REFERENCES data_keys (workspace_id, version)
      )`);

    await queryRunner.query(`
      CREATE TABLE credentials (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id text NOT NULL,
        name text COLLATE "C" NOT NULL,
        type text NOT NULL CHECK (type IN ('api_key', 'bearer', 'basic', 'oauth2', 'secret')),
        status text NOT NULL CHECK (status IN ('active', 'pending', 'expired', 'revoked', 'error')),
        status_reason text,
        provider text COLLATE "C",
        client_id text COLLATE "C",
        resource text,
        scopes text[] NOT NULL DEFAULT '{}',
        allowed_origins text[],
        expires_at timestamptz,
        stale_at timestamptz,
        refresh_at timestamptz,
        retry_at timestamptz,
        refresh_failures int NOT NULL DEFAULT 0,
        version int NOT NULL,
        made_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (workspace_id, id)
      )`);
    await queryRunner.query(`CREATE UNIQUE INDEX credentials_name ON credentials (workspace_id, name)`);
    await queryRunner.query(
      `CREATE INDEX credentials_due ON credentials (refresh_at) WHERE refresh_at IS NOT NULL AND status = 'active'`,
    );
    await queryRunner.query(
      `CREATE INDEX credentials_to_mend ON credentials (retry_at) WHERE retry_at IS NOT NULL AND status = 'error'`,
    );
    await queryRunner.query(
      `CREATE INDEX credentials_pending ON credentials (workspace_id, made_by) WHERE status = 'pending'`,
    );
    // Apart from the credential, so that being used is no change to it.
    await queryRunner.query(`
      CREATE TABLE credential_uses (
        workspace_id text NOT NULL,
        credential_id text COLLATE "C" NOT NULL,
        last_used_at timestamptz NOT NULL,
        PRIMARY KEY (workspace_id, credential_id),
        CONSTRAINT credential_uses_credential FOREIGN KEY (workspace_id, credential_id)
          REFERENCES credentials (workspace_id, id) ON DELETE CASCADE
      )`);
    await queryRunner.query(`
      CREATE TABLE refresh_leases (
        workspace_id text NOT NULL,
        credential_id text COLLATE "C" NOT NULL,
        owner text NOT NULL,
        held_until timestamptz NOT NULL,
        PRIMARY KEY (workspace_id, credential_id),
        CONSTRAINT refresh_leases_credential FOREIGN KEY (workspace_id, credential_id)
          REFERENCES credentials (workspace_id, id) ON DELETE CASCADE
      )`);

    await queryRunner.query(`
      CREATE TABLE oauth_servers (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id text NOT NULL,
        issuer text COLLATE "C" NOT NULL,
        metadata jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT oauth_servers_issuer UNIQUE (workspace_id, issuer)
      )`);
    await queryRunner.query(`
      CREATE TABLE oauth_clients (
        workspace_id text NOT NULL,
        provider text COLLATE "C" NOT NULL,
        client_id text COLLATE "C" NOT NULL,
        source text NOT NULL CHECK (source IN ('given', 'registered', 'document')),
        token_auth_method text,
        redirect_uri text,
        secret_expires_at timestamptz,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (workspace_id, provider, client_id)
      )`);
    await queryRunner.query(`
      CREATE TABLE oauth_flows (
        state_hash bytea PRIMARY KEY,
        workspace_id text NOT NULL,
        id text COLLATE "C" NOT NULL,
        credential_id text COLLATE "C" NOT NULL,
        provider text COLLATE "C" NOT NULL,
        client_id text COLLATE "C" NOT NULL,
        started_by text NOT NULL,
        redirect_uri text NOT NULL,
        completed_by text NOT NULL CHECK (completed_by IN ('callback', 'exchange')),
        return_to text,
        resource text,
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        consumed_at timestamptz,
        CONSTRAINT oauth_flows_credential FOREIGN KEY (workspace_id, credential_id)
          REFERENCES credentials (workspace_id, id) ON DELETE CASCADE
      )`);
    await queryRunner.query(
      `CREATE INDEX oauth_flows_of_credential ON oauth_flows (workspace_id, credential_id)`,
    );
    await queryRunner.query(`CREATE INDEX oauth_flows_over ON oauth_flows (expires_at)`);

    await queryRunner.query(`
      CREATE TABLE disclosures (
        id text COLLATE "C" PRIMARY KEY,
        workspace_id text NOT NULL,
        at timestamptz NOT NULL,
        actor_kind text NOT NULL,
        actor_id text NOT NULL,
        actor_user_id text,
        action text NOT NULL,
        target_id text NOT NULL,
        target_name text,
        fields text[] NOT NULL,
        request_id text NOT NULL
      )`);
    await queryRunner.query(
      `CREATE INDEX disclosures_newest ON disclosures (workspace_id, at DESC, id DESC)`,
    );
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
      `DROP TABLE departed_tenants, disclosures, oauth_flows, oauth_clients, oauth_servers, refresh_leases, credential_uses,
         credentials, secrets, data_keys`,
    );
  }
}
