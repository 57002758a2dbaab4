import { checkHealth } from '@hawser/contracts/directory';
import { testDatabase } from '@hawser/testing';
import { DirectoryHarness } from '../testing/directory-harness.js';

it('is well as long as the database answers', async () => {
  const database = await testDatabase();
  const directory = await DirectoryHarness.start(database.url);
  const owner = await directory.owner();
  const health = await owner.call(checkHealth, {});
  expect(health).toEqual({ ok: true, database_ms: expect.any(Number) });
  await database.drop();
  expect(await owner.failure(checkHealth, {})).toMatchObject({ code: 'internal' });
  await directory.stop();
});
