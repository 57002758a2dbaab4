import type { SeenTool, ToolState } from '@hawser/contracts/bindings';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import { atOnce, refusedFields } from '../testing/outcomes.js';
import type { TestTools, TestWorkspace } from '../testing/test-workspace.js';

type Seen = Omit<SeenTool, 'name'>;

const [one, other] = ['1'.repeat(64), '2'.repeat(64)];

describe('what refreshes have seen of a tool', () => {
  let database: TestDatabase;
  let harness: BindingsHarness;
  let workspace: TestWorkspace;
  let serverId: string;
  let tools: TestTools;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await BindingsHarness.start(database.url);
  });
  beforeEach(async () => {
    workspace = harness.workspace();
    const crew = workspace.crew();
    serverId = (await crew.servers.create({ name: 'notes' })).id;
    tools = crew.tools(serverId);
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  const search = async (): Promise<ToolState> => {
    const found = (await tools.list()).find(({ tool_name }) => tool_name === 'search');
    if (found === undefined) throw new Error('there is no tool "search"');
    return found;
  };
  const refresh = async (seen: Seen): Promise<ToolState> => {
    await tools.refresh([{ name: 'search', ...seen }]);
    return search();
  };
  /** Moves all that was seen into the past, so that what is seen later is later beyond doubt. */
  const anHourLater = (): Promise<unknown[]> =>
    harness.query(
      `UPDATE tool_states SET seen_at = seen_at - interval '1 hour', changed_at = changed_at - interval '1 hour'
        WHERE crew_server_id = $1`,
      [serverId],
    );
  const changedNames = async (): Promise<string[]> =>
    (await tools.list()).filter(({ changed_at }) => changed_at !== null).map(({ tool_name }) => tool_name);

  it.each<[string, Seen, Seen, 'changed' | 'not changed']>([
    [
      'the same',
      { description: 'A', schema_digest: one },
      { description: 'A', schema_digest: one },
      'not changed',
    ],
    ['another description', { description: 'A' }, { description: 'B' }, 'changed'],
    ['a description where none was', {}, { description: 'A' }, 'changed'],
    ['no description any more', { description: 'A' }, { description: null }, 'changed'],
    ['an empty description for none', { description: null }, { description: '' }, 'changed'],
    ['another schema', { schema_digest: one }, { schema_digest: other }, 'changed'],
    ['a schema where none was named', {}, { schema_digest: one }, 'not changed'],
    ['no schema named any more', { schema_digest: one }, { schema_digest: null }, 'not changed'],
    ['a first schema and another description', {}, { description: 'A', schema_digest: one }, 'changed'],
  ])('%s', async (_, before, after, expected) => {
    const first = await refresh(before);
    expect(first).toMatchObject({ seen_at: expect.any(String), changed_at: null });
    const second = await refresh(after);
    expect(second.changed_at === null ? 'not changed' : 'changed').toBe(expected);
  });

  it('is of the last refresh, and changed at the last change', async () => {
    await refresh({ description: 'A' });
    await anHourLater();
    const first = await search();
    const changed = await refresh({ description: 'B' });
    expect(Date.parse(changed.seen_at!)).toBeGreaterThan(Date.parse(first.seen_at!));
    expect(changed.changed_at).toBe(changed.seen_at);

    await anHourLater();
    const before = await search();
    const same = await refresh({ description: 'B' });
    expect(same.changed_at).toBe(before.changed_at);
    expect(Date.parse(same.seen_at!)).toBeGreaterThan(Date.parse(before.seen_at!));
  });

  it('remembers a schema beyond refreshes that name none', async () => {
    await refresh({ schema_digest: one });
    await refresh({});
    expect(await refresh({ schema_digest: one })).toMatchObject({ changed_at: null });
    await refresh({});
    expect(await refresh({ schema_digest: other })).toMatchObject({ changed_at: expect.any(String) });
  });

  it('has nothing to do with what a person writes in between', async () => {
    const first = await refresh({ description: 'A' });
    const written = await tools.upsert('search', { description: 'Mine', enabled: false });
    expect(written).toMatchObject({ description: 'Mine', seen_at: first.seen_at, changed_at: null });
    expect(await refresh({ description: 'A' })).toMatchObject({
      description: 'A',
      enabled: false,
      changed_at: null,
    });
    await tools.upsert('search', { description: 'B' });
    expect(await refresh({ description: 'B' })).toMatchObject({ changed_at: expect.any(String) });
  });

  it('begins with the first refresh for a tool that a person described before', async () => {
    await tools.upsert('search', { description: 'Mine' });
    expect(await refresh({ description: 'A', schema_digest: one })).toMatchObject({
      description: 'A',
      seen_at: expect.any(String),
      changed_at: null,
    });
  });

  describe('beside the previous version, which knows nothing of it', () => {
    it('begins with the first refresh for a row of that version', async () => {
      await harness.query(
        `INSERT INTO tool_states (id, workspace_id, crew_server_id, tool_name, enabled, description)
         VALUES ($1, $2, $3, 'search', false, 'Old')`,
        [`tool_${serverId}`, workspace.id, serverId],
      );
      expect(await search()).toMatchObject({ description: 'Old', seen_at: null, changed_at: null });
      expect(await refresh({ description: 'A' })).toMatchObject({
        enabled: false,
        seen_at: expect.any(String),
        changed_at: null,
      });
    });

    it('finds a change that went by while that version was back', async () => {
      await refresh({ description: 'A' });
      await harness.query(`UPDATE tool_states SET description = 'B' WHERE crew_server_id = $1`, [serverId]);
      expect(await refresh({ description: 'B' })).toMatchObject({ changed_at: expect.any(String) });
    });
  });

  it('stays as it is for a tool that a refresh does not name', async () => {
    const first = await refresh({ description: 'A' });
    await tools.refresh([{ name: 'create' }]);
    expect(await search()).toEqual(first);
  });

  it('goes by the last of several entries of one name', async () => {
    const twice = [
      { name: 'search', description: 'first', schema_digest: one },
      { name: 'search', description: 'last', schema_digest: other },
    ];
    await tools.refresh(twice);
    await tools.refresh(twice);
    expect(await refresh({ description: 'last', schema_digest: other })).toMatchObject({ changed_at: null });
  });

  it('tells the one that changed from 5,000 with all their fields', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({
      name: `tool-${index}`,
      description: `What tool ${index} does`,
      schema_digest: one,
    }));
    expect(await tools.refresh(many)).toEqual({ created: 5_000, updated: 0, total: 5_000 });
    const counts = await tools.refresh(many.with(4_321, { ...many[4_321]!, schema_digest: other }));
    expect(counts).toEqual({ created: 0, updated: 5_000, total: 5_000 });
    expect(await changedNames()).toEqual(['tool-4321']);
  });

  it('is right when many come at the same time', async () => {
    const seen = (description: string): SeenTool[] =>
      Array.from({ length: 200 }, (_, index) => ({ name: `tool-${index}`, description }));
    const inAnyOrder = (list: SeenTool[], index: number): SeenTool[] =>
      index % 2 === 0 ? list : list.toReversed();
    await Promise.all(atOnce(8, (index) => tools.refresh(inAnyOrder(seen('A'), index))));
    expect(await changedNames()).toEqual([]);
    await Promise.all(atOnce(8, (index) => tools.refresh(inAnyOrder(seen('B'), index))));
    expect(await changedNames()).toHaveLength(200);
    const before = (await tools.list()).map(({ changed_at }) => changed_at);
    await anHourLater();
    await Promise.all(atOnce(8, (index) => tools.refresh(inAnyOrder(seen('B'), index))));
    const after = (await tools.list()).map(({ changed_at }) => Date.parse(changed_at!) + 3_600_000);
    expect(after).toEqual(before.map((changed_at) => Date.parse(changed_at!)));
  });

  it.each([['x'], ['a'.repeat(63)], ['A'.repeat(64)], [5]])('refuses %j as a digest', async (digest) => {
    const call = tools.refresh([{ name: 'search', schema_digest: digest as string }]);
    expect(await refusedFields(call)).toEqual(['tools.0.schema_digest']);
    expect(await tools.list()).toEqual([]);
  });
});
