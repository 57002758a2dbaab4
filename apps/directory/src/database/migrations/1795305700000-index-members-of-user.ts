import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A user of an OIDC issuer lists the workspaces that they are a member of. */
export class IndexMembersOfUser1795305700000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE INDEX members_of_user ON members (user_id, workspace_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX members_of_user`);
  }
}
