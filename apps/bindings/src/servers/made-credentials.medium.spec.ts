import type { DisclosedCredential } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import type { TestCrew, TestWorkspace } from '../testing/test-workspace.js';

const origin = 'https://mcp.example.com';
const made: Partial<DisclosedCredential> = { type: 'oauth2', allowed_origins: [origin] };
const naming = (name: string): string => `{"Authorization":"Bearer {{credential:${name}}}"}`;

describe('deleting a crew server', () => {
  let database: TestDatabase;
  let harness: BindingsHarness;
  let workspace: TestWorkspace;
  let crew: TestCrew;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await BindingsHarness.start(database.url);
  });
  beforeEach(() => {
    workspace = harness.workspace();
    crew = workspace.crew();
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  it('takes along the OAuth credentials that were made for it, whether a template or a binding uses them', async () => {
    const { name } = harness.vault.add(workspace, made);
    const { id } = harness.vault.add(workspace, made);
    const server = await crew.servers.create({ headers_json: naming(name) });
    await workspace.agent(crew).bindings.create(server, { credential_id: id });
    await crew.servers.delete(server.id);
    expect(harness.vault.namesOf(workspace)).toEqual([]);
  });

  it('does so for an override too, which is where its workspace server is', async () => {
    const { name } = harness.vault.add(workspace, made);
    const override = await crew.servers.override(await workspace.servers.create(), {
      headers_json: naming(name),
    });
    await crew.servers.delete(override.id);
    expect(harness.vault.namesOf(workspace)).toEqual([]);
  });

  it('leaves what was not made for it, what something else uses, and what the workspace server names', async () => {
    const kept = [
      harness.vault.add(workspace, { ...made, name: 'a-key', type: 'api_key' }),
      harness.vault.add(workspace, { ...made, name: 'anywhere', allowed_origins: null }),
      harness.vault.add(workspace, { ...made, name: 'elsewhere', allowed_origins: ['https://a.example'] }),
      harness.vault.add(workspace, { ...made, name: 'two', allowed_origins: [origin, 'https://a.example'] }),
      harness.vault.add(workspace, { ...made, name: 'in-use' }),
      harness.vault.add(workspace, { ...made, name: 'of-parent' }),
    ];
    for (const { id, name } of kept) if (name === 'in-use') harness.vault.inUse.add(id);
    const gone = harness.vault.add(workspace, { ...made, name: 'gone' });
    const parent = await workspace.servers.create({ headers_json: naming('of-parent') });
    const named = [...kept, gone].filter(({ name }) => name !== 'of-parent');
    const override = await crew.servers.override(parent, {
      config_json: JSON.stringify({ all: named.map(({ name }) => `{{credential:${name}}}`) }),
    });
    await crew.servers.delete(override.id);
    expect(harness.vault.namesOf(workspace)).toEqual(kept.map(({ name }) => name));
  });

  it('asks the vault nothing where nothing of its is used', async () => {
    const server = await crew.servers.create({ headers_json: '{"X-A":"literal"}' });
    await crew.servers.delete(server.id);
    expect(harness.vault.askedBy(workspace)).toEqual([]);
  });

  // The last one: nothing brings the vault back.
  it('does not depend on the vault', async () => {
    const { name } = harness.vault.add(workspace, made);
    const server = await crew.servers.create({ headers_json: naming(name) });
    await harness.vault.stop();
    expect(await crew.servers.delete(server.id)).toEqual({ id: server.id, deleted: true });
    expect(harness.vault.namesOf(workspace)).toEqual([name]);
  }, 30_000);
});
