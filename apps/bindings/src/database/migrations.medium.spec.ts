import { createDataSource, migrate } from '@hawser/persistence';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import type { DataSource } from 'typeorm';
import { ToolStateEntity } from '../tools/tool-state.entity.js';
import { bindingsDatabase } from './database.js';

describe('the schema of bindings', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await testDatabase();
    await migrate(bindingsDatabase(database.url));
    dataSource = await createDataSource(bindingsDatabase(database.url)).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const relations = (): Promise<{ name: string }[]> =>
    dataSource.query(
      `SELECT relkind::text || ' ' || relname AS name FROM pg_class
        WHERE relnamespace = 'bindings'::regnamespace AND relkind IN ('r', 'i', 'S', 'v') ORDER BY 1`,
    );

  it('goes down to nothing and up again to the same', async () => {
    const before = await relations();
    expect(before).toContainEqual({ name: 'r agent_bindings' });
    for (let left = dataSource.migrations.length; left > 0; left--) await dataSource.undoLastMigration();
    expect((await relations()).filter(({ name }) => !name.includes('migrations'))).toEqual([
      { name: 'i PK_8c82d7f526340ab734260ea46be' },
    ]);
    await migrate(bindingsDatabase(database.url));
    expect(await relations()).toEqual(before);
    await migrate(bindingsDatabase(database.url));
    expect(await relations()).toEqual(before);
  });

  it('keeps tool states going back and forth, but for what refreshes saw', async () => {
    await dataSource.query(
      `INSERT INTO crew_servers (id, workspace_id, crew_id, name, display_name, transport, enabled, exposure)
       VALUES ('srv_1', 'ws_1', 'crew_1', 'notes', 'notes', 'stdio', true, 'all')`,
    );
    await dataSource.query(
      `INSERT INTO tool_states (id, workspace_id, crew_server_id, tool_name, enabled, description, seen_at)
       VALUES ('tool_1', 'ws_1', 'srv_1', 'search', false, 'Finds', now())`,
    );
    for (let left = dataSource.migrations.length; left > 1; left--) await dataSource.undoLastMigration();
    const kept = { tool_name: 'search', enabled: false, description: 'Finds' };
    expect(await dataSource.query(`SELECT tool_name, enabled, description FROM tool_states`)).toEqual([kept]);
    await migrate(bindingsDatabase(database.url));
    expect(await dataSource.manager.find(ToolStateEntity)).toMatchObject([
      { ...kept, seen_at: null, seen_description: null, schema_digest: null, changed_at: null },
    ]);
  });

  it('has what the entities say, column by column', async () => {
    const columns = await dataSource.query<{ table_name: string; column_name: string; nullable: boolean }[]>(
      `SELECT table_name, column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns
        WHERE table_schema = 'bindings'`,
    );
    expect(dataSource.entityMetadatas).toHaveLength(4);
    for (const { tableName, columns: declared } of dataSource.entityMetadatas) {
      const inTable = columns.filter(({ table_name }) => table_name === tableName);
      expect(inTable.map(({ column_name, nullable }) => `${column_name} ${nullable}`).sort()).toEqual(
        declared.map(({ databaseName, isNullable }) => `${databaseName} ${isNullable}`).sort(),
      );
    }
  });

  it('has a workspace on every table of its own, and first in every index but that of the id', async () => {
    const tables = await dataSource.query<{ name: string; definition: string }[]>(
      `SELECT t.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
        WHERE t.relnamespace = 'bindings'::regnamespace
          AND t.relname NOT IN ('outbox', 'inbox', 'idempotency_keys', 'migrations')`,
    );
    expect(new Set(tables.map(({ name }) => name))).toEqual(
      new Set(['agent_bindings', 'crew_servers', 'departed_tenants', 'tool_states', 'workspace_servers']),
    );
    const others = tables.filter(({ definition }) => !/\((id|workspace_id,.*)\)/.test(definition));
    expect(others).toEqual([]);
  });

  it('leads every foreign key to a row of the same workspace, and deletes along it by an index', async () => {
    const keys = await dataSource.query<{ name: string; table: string; definition: string }[]>(
      `SELECT conname AS name, conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'bindings'::regnamespace ORDER BY 1`,
    );
    expect(keys.map(({ name }) => name)).toEqual([
      'agent_bindings_crew_server',
      'agent_bindings_workspace_server',
      'crew_servers_parent',
      'tool_states_server',
    ]);
    const indexes = await dataSource.query<{ table: string; definition: string }[]>(
      `SELECT tablename AS table, indexdef AS definition FROM pg_indexes WHERE schemaname = 'bindings'`,
    );
    for (const { table, definition } of keys) {
      const [, column] =
        /^FOREIGN KEY \(workspace_id, (\w+)\) REFERENCES \w+\(workspace_id, id\) ON DELETE CASCADE$/.exec(
          definition,
        ) ?? [];
      const helpful = indexes.filter(
        (index) => index.table === table && index.definition.includes(`(workspace_id, ${column}`),
      );
      expect({ definition, helpful: helpful.length }).toEqual({ definition, helpful: 1 });
    }
  });

  it.each([
    ['a binding to no server', 'NULL, NULL'],
    ['a binding to two servers', `'srv_1', 'srv_2'`],
  ])('refuses %s', async (_, servers) => {
    const insert = `INSERT INTO agent_bindings (id, workspace_id, agent_id, workspace_server_id, crew_server_id, cred_type, enabled)
      VALUES ('bnd_1', 'ws_1', 'agt_1', ${servers}, 'bearer', true)`;
    await expect(dataSource.query(insert)).rejects.toThrow(/agent_bindings_one_server/);
  });
});
