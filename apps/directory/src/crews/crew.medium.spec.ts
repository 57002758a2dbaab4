import {
  createAgent,
  createCrew,
  deleteCrew,
  getAgent,
  getCrew,
  listCrews,
  updateCrew,
} from '@hawser/contracts/directory';
import { testDatabase, type TestDatabase } from '@hawser/testing';
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

it('are made, shown, changed and deleted', async () => {
  const owner = await directory.owner();
  const made = await owner.call(createCrew, { name: 'Night Shift' });
  expect(made).toMatchObject({ name: 'Night Shift', slug: 'night-shift', workspace_id: owner.workspaceId });
  expect(await owner.call(getCrew, { crew_id: made.id })).toEqual(made);
  const renamed = await owner.call(updateCrew, { crew_id: made.id, name: 'Day Shift' });
  expect(renamed).toEqual({ ...made, name: 'Day Shift', updated_at: renamed.updated_at });
  expect(await owner.call(deleteCrew, { crew_id: made.id })).toEqual({ id: made.id, deleted: true });
  expect(await owner.failure(getCrew, { crew_id: made.id })).toMatchObject({
    code: 'not_found',
    message: `no crew "${made.id}" in this workspace`,
    details: { kind: 'crew', id: made.id },
  });
});

it('are listed by name in pages, upper case before lower', async () => {
  const owner = await directory.owner();
  for (const name of ['beta', 'alpha', 'Zeta', 'alpha']) await owner.call(createCrew, { name });
  const first = await owner.call(listCrews, { limit: 2 });
  const second = await owner.call(listCrews, { limit: 2, cursor: first.next_cursor ?? '' });
  expect([...first.crews, ...second.crews].map(({ name }) => name)).toEqual([
    'Zeta',
    'alpha',
    'alpha',
    'beta',
  ]);
  expect(second.next_cursor).toBeNull();
});

it('have slugs that are unique in their workspace', async () => {
  const [here, there] = [await directory.owner(), await directory.owner()];
  const made = await Promise.all(Array.from({ length: 5 }, () => here.call(createCrew, { name: 'Ops' })));
  expect(made.map(({ slug }) => slug).sort()).toEqual(['ops', 'ops-2', 'ops-3', 'ops-4', 'ops-5']);
  expect(await there.call(createCrew, { name: 'Ops' })).toMatchObject({ slug: 'ops' });
  const taken = { code: 'name_taken', details: { field: 'slug', value: 'ops-2' } };
  expect(await here.failure(createCrew, { name: 'Other', slug: 'ops-2' })).toMatchObject(taken);
  const first = made.find(({ slug }) => slug === 'ops');
  expect(await here.failure(updateCrew, { crew_id: first?.id ?? '', slug: 'ops-2' })).toMatchObject(taken);
});

it('of another workspace do not exist', async () => {
  const [here, there] = [await directory.owner(), await directory.owner()];
  const { id } = await there.call(createCrew, { name: 'Theirs' });
  for (const contract of [getCrew, updateCrew, deleteCrew]) {
    expect(await here.failure(contract, { crew_id: id })).toMatchObject({ code: 'not_found' });
  }
});

it('are made once with an idempotency key', async () => {
  const owner = (await directory.owner()).with({ idempotencyKey: 'crew' });
  const [one, two] = await Promise.all([
    owner.call(createCrew, { name: 'Once' }),
    owner.call(createCrew, { name: 'Once' }),
  ]);
  expect(one).toEqual(two);
});

it('leave their agents behind, in no crew', async () => {
  const owner = await directory.owner();
  const crew = await owner.call(createCrew, { name: 'Leaving' });
  const agent = await owner.call(createAgent, { name: 'a', crew_id: crew.id });
  await owner.call(deleteCrew, { crew_id: crew.id });
  expect(await owner.call(getAgent, { agent_id: agent.id })).toMatchObject({ crew_id: null });
});

it('never keep an agent that came in while they were deleted', async () => {
  const owner = await directory.owner();
  for (let round = 0; round < 10; round++) {
    const crew = await owner.call(createCrew, { name: 'Brief' });
    const [made, deleted] = await directory.atOnce<{ id: string }>(
      [owner.workspaceId],
      [
        () => owner.call(createAgent, { name: 'late', crew_id: crew.id }),
        () => owner.call(deleteCrew, { crew_id: crew.id }),
      ],
    );
    expect(deleted).toMatchObject({ status: 'fulfilled' });
    if (made?.status === 'fulfilled') {
      expect(await owner.call(getAgent, { agent_id: made.value.id })).toMatchObject({ crew_id: null });
    } else {
      expect(made?.reason).toMatchObject({
        code: 'validation_failed',
        details: { errors: [{ field: 'crew_id', value: crew.id }] },
      });
    }
  }
});
