import { createDataSource, migrate } from '@hawser/persistence';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { directoryDatabase } from './database.js';

let database: TestDatabase;

beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

const tablesAndIndexes = `
  SELECT tablename AS table, indexdef AS index FROM pg_indexes WHERE schemaname = 'directory'
  AND tablename NOT IN ('migrations', 'outbox', 'inbox') ORDER BY indexname`;

it('is migrated twice, and by two processes at once, without harm', async () => {
  await Promise.all([migrate(directoryDatabase(database.url)), migrate(directoryDatabase(database.url))]);
  await expect(migrate(directoryDatabase(database.url))).resolves.toBeUndefined();
});

it('can be taken back and made again', async () => {
  await migrate(directoryDatabase(database.url));
  const dataSource = await createDataSource(directoryDatabase(database.url)).initialize();
  const before = await dataSource.query<object[]>(tablesAndIndexes);
  for (let left = dataSource.migrations.length; left > 0; left--) await dataSource.undoLastMigration();
  expect(await dataSource.query(tablesAndIndexes)).toEqual([]);
  await dataSource.runMigrations();
  expect(await dataSource.query(tablesAndIndexes)).toEqual(before);
  await dataSource.destroy();
});

it('has an index for each list and each look-up, which begins with the workspace where one is asked for', async () => {
  await migrate(directoryDatabase(database.url));
  const dataSource = await createDataSource(directoryDatabase(database.url)).initialize();
  const rows = await dataSource.query<{ table: string; index: string }[]>(tablesAndIndexes);
  await dataSource.destroy();
  const others = rows.filter(({ index }) => !index.includes('(workspace_id')).map(({ index }) => index);
  const expected = [
    /_pkey/,
    /workspaces_slug/,
    /workspaces_sandbox/,
    /tokens_hash/,
    /idempotency_keys_created/,
    /members_of_user/,
  ];
  expect(others.filter((index) => !expected.some((known) => known.test(index)))).toEqual([]);
});
