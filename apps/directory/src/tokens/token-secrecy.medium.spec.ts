import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import { createToken, createWorkspace, deleteToken } from '@hawser/contracts/directory';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { Logger } from '@nestjs/common';
import { DirectoryHarness } from '../testing/directory-harness.js';

let database: TestDatabase;
let directory: DirectoryHarness;

beforeAll(async () => {
  database = await testDatabase();
  directory = await DirectoryHarness.start(database.url);
});
afterAll(async () => {
  await directory.stop();
  await database.drop();
});

const anySecret = /hws_(live|test)_[A-Za-z0-9_-]{43}/;

it('no secret of a token is anywhere in the database', async () => {
  const owner = (await directory.owner()).with({ idempotencyKey: 'one' });
  await owner.call(createToken, { name: 'a', kind: 'service', role: 'ADMIN', mode: 'test' });
  const { id } = await owner.with({ idempotencyKey: 'two' }).call(createToken, { name: 'b', kind: 'user' });
  await owner.with({ idempotencyKey: 'three' }).call(createWorkspace, { name: 'New' });
  await owner.call(deleteToken, { token_id: id });
  const tables = await directory.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'directory'`,
  );
  expect(tables.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['tokens', 'idempotency_keys', 'audit_log']),
  );
  for (const { name } of tables) {
    const rows = await directory.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    expect(rows.filter(({ row }) => anySecret.test(row))).toEqual([]);
  }
});

it('no secret of a token is in an error or in a log, also when it cannot be written', async () => {
  const logged = (['log', 'warn', 'error', 'debug', 'verbose', 'fatal'] as const).map((level) =>
    jest.spyOn(Logger.prototype, level).mockReturnValue(undefined),
  );
  const owner = await directory.owner();
  await directory.query('ALTER TABLE tokens RENAME COLUMN prefix TO mislaid');
  const failure = await owner.failure(createToken, { name: 'a', kind: 'user' });
  await directory.query('ALTER TABLE tokens RENAME COLUMN mislaid TO prefix');
  expect(failure).toMatchObject({ code: 'internal' });
  const lines = logged.flatMap((level) => level.mock.calls.map((call) => inspect(call, { depth: 10 })));
  expect(lines.join()).toContain('column "prefix" of relation "tokens" does not exist');
  expect([inspect(failure, { depth: 10 }), ...lines].filter((line) => anySecret.test(line))).toEqual([]);
  jest.restoreAllMocks();
});
