import type { SeenTool } from '@hawser/contracts/bindings';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import { atOnce, outcomesOf, refusedFields } from '../testing/outcomes.js';
import type { TestCrew, TestTools, TestWorkspace } from '../testing/test-workspace.js';

describe('tool states', () => {
  let database: TestDatabase;
  let harness: BindingsHarness;
  let workspace: TestWorkspace;
  let crew: TestCrew;
  let serverId: string;
  let tools: TestTools;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await BindingsHarness.start(database.url);
  });
  beforeEach(async () => {
    workspace = harness.workspace();
    crew = workspace.crew();
    serverId = (await crew.servers.create({ name: 'notes' })).id;
    tools = crew.tools(serverId);
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  const shown = async (): Promise<[string, string | null, boolean][]> =>
    (await tools.list()).map(({ tool_name, description, enabled }) => [tool_name, description, enabled]);

  describe('switching or describing one tool', () => {
    it('makes a row that is on and without description unless said otherwise', async () => {
      const { id, created_at, updated_at, ...state } = await tools.upsert('search', { description: 'Finds' });
      expect(state).toEqual({
        tool_name: 'search',
        description: 'Finds',
        enabled: true,
        seen_at: null,
        changed_at: null,
      });
      expect(id).toMatch(/^tool_/);
      expect(updated_at).toBe(created_at);
      expect(await tools.upsert('create', { enabled: false })).toMatchObject({
        description: null,
        enabled: false,
      });
    });

    it('leaves alone what it does not name', async () => {
      const first = await tools.upsert('search', { enabled: false, description: 'Finds' });
      const described = await tools.upsert('search', { description: null });
      expect(described).toEqual({ ...first, description: null, updated_at: described.updated_at });
      await tools.upsert('search', { enabled: true });
      await tools.upsert('search', { description: '' });
      expect(await shown()).toEqual([['search', '', true]]);
    });

    it('leaves the time of the last change alone when nothing changes', async () => {
      const state = await tools.upsert('search', { enabled: false, description: 'Finds' });
      expect(await tools.upsert('search', { enabled: false })).toEqual(state);
      expect(await tools.upsert('search', { description: 'Finds', enabled: false })).toEqual(state);
    });

    it('makes one row of many calls at the same time, in which none is lost', async () => {
      const calls = [
        ...atOnce(10, () => tools.upsert('search', { enabled: false })),
        ...atOnce(10, () => tools.upsert('search', { description: 'Finds' })),
      ];
      expect(await outcomesOf(calls)).toEqual({ answered: 20 });
      expect(await shown()).toEqual([['search', 'Finds', false]]);
    });

    it('refuses a change that says nothing, and a name that is none', async () => {
      expect(await refusedFields(tools.upsert('search', {}))).toEqual(['body']);
      for (const name of ['', 'x'.repeat(129), 'a\0b', 'a\udc00']) {
        expect(await refusedFields(tools.upsert(name, { enabled: false }))).toEqual(['tool_name']);
      }
      await tools.upsert('x'.repeat(128), { enabled: false });
    });

    it('says not_found for a server that goes at the same time', async () => {
      for (let round = 0; round < 20; round += 1) {
        const { id } = await crew.servers.create();
        const calls = [
          ...atOnce(3, (index) => crew.tools(id).upsert(`t${index}`, { enabled: false })),
          crew.tools(id).refresh([{ name: 'a' }]),
          crew.servers.delete(id),
        ];
        const { answered = 0, not_found = 0 } = await outcomesOf(calls);
        expect(answered + not_found).toBe(5);
      }
      expect(await harness.rowsOf(workspace.id)).toEqual({ crew_servers: 1 });
    });
  });

  describe('refreshing from what a server was seen to have', () => {
    it('adds new tools as on, describes known ones, and leaves the others and all switches alone', async () => {
      await tools.upsert('old', { enabled: false, description: 'Old' });
      await tools.upsert('search', { enabled: false });
      const counts = await tools.refresh([
        { name: 'search', description: 'Finds' },
        { name: 'create', description: null },
      ]);
      expect(counts).toEqual({ created: 1, updated: 1, total: 2 });
      expect(await shown()).toEqual([
        ['create', null, true],
        ['old', 'Old', false],
        ['search', 'Finds', false],
      ]);
    });

    it('counts a tool that is named twice once, and takes the last of its descriptions', async () => {
      const seen = [{ name: 'a', description: 'first' }, { name: 'b' }, { name: 'a', description: 'last' }];
      expect(await tools.refresh(seen)).toEqual({ created: 2, updated: 0, total: 3 });
      expect(await tools.refresh(seen)).toEqual({ created: 0, updated: 2, total: 3 });
      expect(await shown()).toEqual([
        ['a', 'last', true],
        ['b', null, true],
      ]);
    });

    it('does nothing for an empty list', async () => {
      await tools.upsert('search', { enabled: false });
      expect(await tools.refresh([])).toEqual({ created: 0, updated: 0, total: 0 });
      expect(await shown()).toEqual([['search', null, false]]);
    });

    it('takes 5,000 tools at once and refuses more', async () => {
      const many = Array.from({ length: 5_000 }, (_, index) => ({ name: `tool-${index}` }));
      expect(await tools.refresh(many)).toEqual({ created: 5_000, updated: 0, total: 5_000 });
      expect(await refusedFields(tools.refresh([...many, { name: 'more' }]))).toEqual(['tools']);
    });

    it.each([[null], ['search'], [['search']], [[{ name: 'search' }]]])(
      'refuses %j as a tool',
      async (item) => {
        expect(await refusedFields(tools.refresh([item as unknown as SeenTool]))).toContain('tools');
        expect(await shown()).toEqual([]);
      },
    );

    it('loses nothing when many come at the same time, and adds each tool once', async () => {
      const seen = Array.from({ length: 500 }, (_, index) => ({ name: `tool-${index}` }));
      const calls = atOnce(10, (index) => tools.refresh(index % 2 === 0 ? seen : [...seen].reverse()));
      const counts = await Promise.all(calls);
      expect(counts.map(({ created }) => created).reduce((sum, created) => sum + created)).toBe(500);
      expect(await shown()).toHaveLength(500);
    });
  });

  it('waits for no deletion of its server that waits for it', async () => {
    const seen: SeenTool[] = Array.from({ length: 400 }, (_, index) => ({
      name: `t${index}`,
      description: 'x',
    }));
    for (let round = 0; round < 15; round += 1) {
      const { id } = await crew.servers.create({ name: `round-${round}` });
      await crew.tools(id).refresh(seen.slice(0, 200));
      const calls = [crew.tools(id).refresh(seen), crew.servers.delete(id)];
      const outcomes = await outcomesOf(calls);
      expect([{ answered: 2 }, { answered: 1, not_found: 1 }]).toContainEqual(outcomes);
    }
  });

  it('lists tools by name in code-unit order', async () => {
    for (const name of ['b', 'a', 'B', 'a_b', 'a-b']) await tools.upsert(name, { enabled: false });
    expect((await shown()).map(([name]) => name)).toEqual(['B', 'a', 'a-b', 'a_b', 'b']);
  });

  it("knows only servers of the crew and workspace that are named, the workspace's own not among them", async () => {
    const unknown = [
      workspace.crew().tools(serverId),
      harness.workspace().crew().tools(serverId),
      crew.tools((await workspace.servers.create()).id),
      crew.tools('srv_none'),
    ];
    const calls = unknown.flatMap((each) => [
      each.list(),
      each.upsert('search', { enabled: false }),
      each.refresh([{ name: 'search' }]),
      each.refresh([]),
    ]);
    expect(await outcomesOf(calls)).toEqual({ not_found: 16 });
  });

  it("keeps a crew's switches for a managed server too", async () => {
    const managed = crew.tools(await crew.servers.createManaged());
    expect(await managed.upsert('search', { enabled: false })).toMatchObject({ enabled: false });
  });
});
