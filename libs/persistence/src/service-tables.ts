import type { QueryRunner } from 'typeorm';

/**
 * The tables beside a service's own: what it has to tell, what it has heard, and what it has already created. First
 * migrations call it, so it stays as it is: a change is a new function, called by a new migration.
 */
export async function createServiceTables(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE outbox (
      id text PRIMARY KEY,
      envelope jsonb NOT NULL,
      attempts int NOT NULL DEFAULT 0,
      next_attempt_at timestamptz NOT NULL DEFAULT now()
    )`);
  await queryRunner.query(`CREATE INDEX outbox_next_attempt ON outbox (next_attempt_at, id)`);
  await queryRunner.query(`
    CREATE TABLE inbox (
      event_id text PRIMARY KEY,
      handled_at timestamptz NOT NULL DEFAULT now()
    )`);
  await queryRunner.query(`CREATE INDEX inbox_handled ON inbox (handled_at)`);
  await queryRunner.query(`
    CREATE TABLE idempotency_keys (
      workspace_id text NOT NULL,
      actor_id text NOT NULL,
      key text NOT NULL,
      request_hash text NOT NULL,
      answer jsonb,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (workspace_id, actor_id, key)
    )`);
  await queryRunner.query(`CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at)`);
}

export async function dropServiceTables(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`DROP TABLE idempotency_keys, inbox, outbox`);
}
