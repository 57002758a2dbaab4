import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a refresh saw of a tool, beside what people wrote about it. The previous version leaves all of it null. */
export class RememberSeenTools1795305800000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE tool_states
        ADD COLUMN seen_at timestamptz,
        ADD COLUMN seen_description text,
        ADD COLUMN schema_digest text,
        ADD COLUMN changed_at timestamptz`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE tool_states
        DROP COLUMN seen_at,
        DROP COLUMN seen_description,
        DROP COLUMN schema_digest,
        DROP COLUMN changed_at`);
  }
}
