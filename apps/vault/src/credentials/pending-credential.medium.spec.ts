import { testDatabase, type TestDatabase } from '@hawser/testing';
import { Secrets } from '../secrets/secrets.js';
import { pendingCredential } from '../testing/pending-credential.js';
import { refusalOf, type TestWorkspace } from '../testing/test-workspace.js';
import { VaultHarness } from '../testing/vault-harness.js';
import type { PendingCredential } from './credential-store.js';
import type { CredentialEntity } from './credential.entity.js';
import { CredentialRepository } from './credential.repository.js';

describe('a credential that is still to be signed in for', () => {
  let database: TestDatabase;
  let harness: VaultHarness;
  let workspace: TestWorkspace;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await VaultHarness.start(database.url);
  });
  beforeEach(() => {
    workspace = harness.workspace();
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  const pending = (fields: Partial<PendingCredential> = {}): Promise<CredentialEntity> =>
    pendingCredential(harness, workspace, fields);

  it('has what the flow knows of it, and nothing to give out', async () => {
    const row = await pending({
      resource: 'https://mcp.example.com',
      allowed_origins: ['https://mcp.example.com'],
    });
    expect(await harness.get(CredentialRepository).find(workspace.id, row.id)).toEqual(row);
    expect(row).toMatchObject({
      status: 'pending',
      provider: 'github',
      resource: 'https://mcp.example.com',
      scopes: ['repo'],
      allowed_origins: ['https://mcp.example.com'],
      made_by: 'usr_test',
      version: 0,
    });
    const owner = { workspaceId: workspace.id, ownerId: row.id };
    expect(await harness.get(Secrets).read(owner)).toEqual({});
  });

  it('is told of', async () => {
    const { id } = await pending();
    expect((await harness.told(workspace.id)).map(({ data }) => data)).toEqual([
      { entity: 'credential', fact: 'created', id, name: 'github', fields: [] },
    ]);
  });

  it('takes a name as it was asked for, or is not made', async () => {
    await pending();
    const error = await refusalOf(pending());
    expect([error.code, error.details]).toEqual(['name_taken', { field: 'name', value: 'github' }]);
    expect(await harness.rowsOf(workspace.id)).toEqual({ credentials: 1 });
  });

  it('takes the next number where nobody asked for the name, also of many made at once', async () => {
    const names: string[] = [];
    // As many at once as there are connections for: they wait for each other's commits.
    while (names.length < 60) {
      const made = await Promise.all(Array.from({ length: 6 }, () => pending({ ifTaken: 'number' })));
      names.push(...made.map(({ name }) => name));
    }
    const numbered = Array.from({ length: 59 }, (_, index) => `github-${index + 2}`);
    expect(names.toSorted()).toEqual(['github', ...numbered].toSorted());
  });

  it('keeps within 64 characters with its number', async () => {
    const name = 'x'.repeat(64);
    await pending({ name });
    expect((await pending({ name, ifTaken: 'number' })).name).toBe(`${'x'.repeat(62)}-2`);
  });

  it('is not made for a workspace that is gone', async () => {
    await workspace.forget('workspace', workspace.id);
    expect((await refusalOf(pending())).code).toBe('not_found');
    expect(await harness.rowsOf(workspace.id)).toEqual({ departed_tenants: 1 });
  });

  it('is found in its own workspace only', async () => {
    const { id } = await pending();
    expect(await harness.get(CredentialRepository).find(harness.workspace().id, id)).toBeNull();
  });
});
