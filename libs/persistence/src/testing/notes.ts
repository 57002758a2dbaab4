import { defineEvent, type CallContext } from '@hawser/contracts';
import { testDatabase } from '@hawser/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { DataSource } from 'typeorm';
import { createDataSource, type DatabaseOptions } from '../database.js';
import { migrate } from '../migrate.js';
import { createServiceTables, dropServiceTables } from '../service-tables.js';

/** The smallest service there is: it keeps notes. */
export class CreateNotes1700000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE notes (id text PRIMARY KEY)`);
    await createServiceTables(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropServiceTables(queryRunner);
    await queryRunner.query(`DROP TABLE notes`);
  }
}

export class NoteTaken {
  id!: string;
}

export const noteTaken = defineEvent({ subject: 'hawser.events.notes.note.taken.v1', data: NoteTaken });

export const context: CallContext = {
  requestId: 'req_1',
  workspaceId: 'ws_1',
  actor: { kind: 'user', id: 'tok_1', user_id: 'usr_1', role: 'OWNER' },
};

export interface NotesDatabase {
  options: DatabaseOptions;
  dataSource: DataSource;
  close(): Promise<void>;
}

export function notesOptions(url: string): DatabaseOptions {
  return { url, schema: 'notes', entities: [], migrations: [CreateNotes1700000000000] };
}

export async function notesDatabase(): Promise<NotesDatabase> {
  const database = await testDatabase();
  const options = notesOptions(database.url);
  await migrate(options);
  const dataSource = await createDataSource(options).initialize();
  return {
    options,
    dataSource,
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}
