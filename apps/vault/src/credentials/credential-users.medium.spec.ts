import { ServiceError } from '@hawser/contracts';
import type { UsedCredential } from '@hawser/contracts/bindings';
import type { CredentialUser } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { refusalOf, type TestWorkspace } from '../testing/test-workspace.js';
import { VaultHarness } from '../testing/vault-harness.js';

/** Which of the two depends on how busy the machine is: it is looked for during most of the deadline. */
const away = expect.stringMatching(/^service_(unavailable|timeout)$/) as unknown;

describe('what uses credentials', () => {
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

  const binding: Partial<UsedCredential> = {
    kind: 'agent_binding',
    id: 'bnd_1',
    name: null,
    agent_id: 'agt_1',
    templates: [],
  };
  const shown = ({ kind, id, name, agent_id }: UsedCredential): CredentialUser => ({
    kind,
    id,
    name,
    agent_id,
  });

  it('is told with each credential, by one question for a page', async () => {
    const { askedFor } = harness.bindings.script;
    const one = await workspace.credentials.create({ name: 'one' });
    const two = await workspace.credentials.create({ name: 'two' });
    const server = harness.bindings.script.use(one);
    const bound = harness.bindings.script.use(one, binding);
    const before = askedFor.length;
    const { credentials } = await workspace.credentials.list();
    expect(credentials.map(({ name, used_by }) => [name, used_by])).toEqual([
      ['one', [shown(server), shown(bound)]],
      ['two', []],
    ]);
    expect(askedFor.slice(before)).toEqual([
      [
        { id: one.id, name: 'one' },
        { id: two.id, name: 'two' },
      ],
    ]);
    expect((await workspace.credentials.get(one.id)).used_by).toEqual([shown(server), shown(bound)]);
  });

  it('is not asked for a page without credentials', async () => {
    const before = harness.bindings.script.askedFor.length;
    expect(await workspace.credentials.list()).toEqual({ credentials: [], next_cursor: null });
    expect(harness.bindings.script.askedFor).toHaveLength(before);
  });

  it('keeps a credential from being deleted, unless that is forced', async () => {
    const credential = await workspace.credentials.create({ name: 'github' });
    const user = harness.bindings.script.use(credential, binding);
    expect(await refusalOf(workspace.credentials.delete(credential.id))).toEqual(
      new ServiceError(
        'credential_in_use',
        'credential "github" is used by binding bnd_1 of agent agt_1; take it out there first, or delete it with ?force=true',
        { used_by: [shown(user)] },
      ),
    );
    expect(await workspace.credentials.get(credential.id)).toMatchObject({ id: credential.id });
    expect(await workspace.credentials.delete(credential.id, true)).toEqual({ deleted: true, revoked: null });
    expect(await harness.rowsOf(workspace.id)).toEqual({ data_keys: 1 });
  });

  it('keeps a credential that templates name from being renamed, and from nothing else', async () => {
    const credential = await workspace.credentials.create({ name: 'github' });
    harness.bindings.script.use(credential, binding);
    const named = harness.bindings.script.use(credential, { name: 'notes' });
    expect(await refusalOf(workspace.credentials.update(credential.id, { name: 'gitlab' }))).toEqual(
      new ServiceError(
        'credential_in_use',
        'credential "github" is used by workspace server "notes"; their templates name it, so take it out there before it is renamed',
        { used_by: [shown(named)] },
      ),
    );
    expect(
      await workspace.credentials.update(credential.id, { name: 'github', value: 'other' }),
    ).toMatchObject({ name: 'github', version: 2 });
  });

  it('does not keep a credential from being renamed that bindings have by its id', async () => {
    const credential = await workspace.credentials.create();
    harness.bindings.script.use(credential, binding);
    expect(await workspace.credentials.update(credential.id, { name: 'gitlab' })).toMatchObject({
      name: 'gitlab',
    });
  });

  it('is left open while bindings is away, and what depends on it is refused', async () => {
    const credential = await workspace.credentials.create({ name: 'github' });
    const { id } = credential;
    await harness.bindings.goAway();
    try {
      const unknown = { ...credential, used_by: null };
      expect(
        await Promise.all([
          workspace.credentials.get(id),
          workspace.credentials.list(),
          refusalOf(workspace.credentials.delete(id)),
          refusalOf(workspace.credentials.update(id, { name: 'gitlab' })),
        ]),
      ).toEqual([
        unknown,
        { credentials: [unknown], next_cursor: null },
        expect.objectContaining({ code: away }),
        expect.objectContaining({ code: away }),
      ]);
      expect(await workspace.credentials.delete(id, true)).toEqual({ deleted: true, revoked: null });
    } finally {
      await harness.bindings.comeBack();
    }
  }, 15_000);

  it('does not make a change fail that has been made', async () => {
    const { script } = harness.bindings;
    script.usageFailure = new ServiceError('internal', 'bindings is unwell');
    const created = await workspace.credentials.create();
    const changed = await workspace.credentials.update(created.id, { value: 'other' });
    script.usageFailure = undefined;
    expect([created.used_by, changed.used_by]).toEqual([null, null]);
    expect(await workspace.credentials.get(created.id)).toEqual({ ...changed, used_by: [] });
  });
});
