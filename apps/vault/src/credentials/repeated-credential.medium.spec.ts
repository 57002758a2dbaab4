import { createCredential, type CreateCredential, type Credential } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { refusalOf, type TestWorkspace } from '../testing/test-workspace.js';
import { VaultHarness } from '../testing/vault-harness.js';

describe('a credential that is created with an Idempotency-Key', () => {
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

  const request: CreateCredential = { name: 'github', type: 'bearer', value: 'secret-value' };
  const keyed = (input: CreateCredential): Promise<Credential> =>
    workspace.call(createCredential, input, { idempotencyKey: 'key' });

  it('is one, of a request that comes twice', async () => {
    const [first, second] = await Promise.all([keyed(request), keyed(request)]);
    expect(second).toEqual(first);
    expect(await harness.rowsOf(workspace.id)).toMatchObject({ credentials: 1, secrets: 1 });
  });

  it('is refused by the same key with another value, or another anything', async () => {
    await keyed(request);
    const others: CreateCredential[] = [
      { ...request, value: 'secret-valuf' },
      { ...request, name: 'gitlab' },
      { name: 'github', type: 'oauth2' },
    ];
    for (const other of others) {
      const error = await refusalOf(keyed(other));
      expect(error.code).toBe('idempotency_key_reused');
      expect(JSON.stringify([error.message, error.details])).not.toContain('secret-val');
    }
  });

  it('is answered as the first time when it has another value since, or is gone', async () => {
    const first = await keyed(request);
    await workspace.credentials.update(first.id, { value: 'other' });
    expect(await keyed(request)).toEqual(first);
    await workspace.credentials.delete(first.id);
    expect(await keyed(request)).toEqual(first);
  });
});
