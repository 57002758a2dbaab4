import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of the bindings, which can be very many, those that use credentials: by id, and perhaps by a template. */
export class IndexCredentialUsers1795392000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE INDEX agent_bindings_of_credential ON agent_bindings (workspace_id, credential_id, id)
       WHERE credential_id IS NOT NULL`,
    );
    // In JSON text a template may also be written with escapes.
    await queryRunner.query(
      String.raw`CREATE INDEX agent_bindings_with_templates ON agent_bindings (workspace_id, id)
       WHERE strpos(config_override_json, '{{credential:') > 0 OR strpos(config_override_json, '\u') > 0`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX agent_bindings_with_templates, agent_bindings_of_credential`);
  }
}
