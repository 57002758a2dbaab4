import { ServiceError } from '@hawser/contracts';
import type { CreateCredential, Credential } from '@hawser/contracts/vault';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { refusalOf, type TestWorkspace } from '../testing/test-workspace.js';
import { VaultHarness } from '../testing/vault-harness.js';

const time = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/) as string;
const id = expect.stringMatching(/^cred_[0-9a-z]{26}$/) as string;

describe('credentials', () => {
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

  const plain = (fields: Partial<Credential> = {}): Credential => ({
    id,
    workspace_id: workspace.id,
    name: 'github',
    type: 'bearer',
    status: 'active',
    status_reason: null,
    provider: null,
    scopes: [],
    allowed_origins: null,
    expires_at: null,
    last_used_at: null,
    version: 1,
    used_by: [],
    created_at: time,
    updated_at: time,
    ...fields,
  });
  const invalid = (field: string, message: string, value?: unknown): ServiceError =>
    ServiceError.invalid(field, message, value);

  describe('creating', () => {
    it('answers all but the value', async () => {
      const created = await workspace.credentials.create({
        name: 'github',
        type: 'basic',
        value: 'user:pass:word',
        allowed_origins: ['https://mcp.example.com', 'http://127.0.0.1:8080'],
        expires_at: '2999-01-31T10:00:00+02:00',
      });
      const expected = plain({
        type: 'basic',
        allowed_origins: ['https://mcp.example.com', 'http://127.0.0.1:8080'],
        expires_at: '2999-01-31T08:00:00.000Z',
      });
      expect(created).toEqual(expected);
      expect(await workspace.credentials.get(created.id)).toEqual(created);
    });

    it('leaves an oauth2 credential pending until somebody signs in', async () => {
      expect(await workspace.credentials.create({ name: 'github', type: 'oauth2' })).toEqual(
        plain({
          type: 'oauth2',
          status: 'pending',
          status_reason: 'nobody has signed in for it yet: POST /api/v1/oauth/initiate with its id',
          version: 0,
        }),
      );
    });

    it('tells of it by name, without its value', async () => {
      const created = await workspace.credentials.create({ name: 'github' });
      expect(await harness.told(workspace.id)).toEqual([
        expect.objectContaining({
          subject: 'hawser.events.vault.record.changed.v1',
          actor: workspace.actor,
          data: { entity: 'credential', fact: 'created', id: created.id, name: 'github', fields: [] },
        }),
      ]);
    });

    it('refuses a name that another credential of the workspace has, and only of that one', async () => {
      await workspace.credentials.create({ name: 'github' });
      expect(await refusalOf(workspace.credentials.create({ name: 'github', type: 'oauth2' }))).toEqual(
        new ServiceError(
          'name_taken',
          'this workspace has a credential named "github" already; choose another name or change that one',
          { field: 'name', value: 'github' },
        ),
      );
      await workspace.credentials.create({ name: 'GitHub' });
      await harness.workspace().credentials.create({ name: 'github' });
    });

    it.each<[string, Partial<CreateCredential>, string[]]>([
      ['an empty value', { value: '' }, ['value']],
      ['no value', { value: undefined }, ['value']],
      ['a value that is too long', { value: 'x'.repeat(32_769) }, ['value']],
      ['a value for oauth2', { type: 'oauth2', value: 'secret-value' }, ['value']],
      ['a basic value without a colon', { type: 'basic', value: 'secret-value' }, ['value']],
      ['a line end in a header', { value: 'secret-value\n' }, ['value']],
      ['a past expiry', { expires_at: '2001-01-01T00:00:00Z' }, ['expires_at']],
      ['no origins', { allowed_origins: [] }, ['allowed_origins']],
      ['an origin with a path', { allowed_origins: ['https://mcp.example.com/'] }, ['allowed_origins']],
      [
        'a name with a blank, and an unknown type',
        { name: 'git hub', type: 'token' as 'bearer' },
        ['name', 'type'],
      ],
      ['a field that is the provider’s', { status: 'active' } as object, ['status']],
    ])('refuses %s, keeps nothing and repeats no value', async (_, fields, wrong) => {
      const error = await refusalOf(workspace.credentials.create({ value: 'secret-value', ...fields }));
      expect(error.code).toBe('validation_failed');
      expect(error.details.errors?.map(({ field }) => field)).toEqual(wrong);
      expect(JSON.stringify([error.message, error.details])).not.toContain('secret-value');
      expect(await harness.rowsOf(workspace.id)).toEqual({});
    });
  });

  describe('reading', () => {
    it('lists by name, page by page, and nothing of other workspaces', async () => {
      await harness.workspace().credentials.create();
      for (const name of ['b', 'B', 'a', 'a-2']) await workspace.credentials.create({ name });
      const first = await workspace.credentials.list({ limit: 3 });
      const second = await workspace.credentials.list({ limit: 3, cursor: first.next_cursor ?? '' });
      expect(first.credentials.map(({ name }) => name)).toEqual(['B', 'a', 'a-2']);
      expect(second.credentials).toEqual([plain({ name: 'b' })]);
      expect([first.next_cursor, second.next_cursor]).toEqual([expect.any(String), null]);
    });

    it('refuses a cursor that is none', async () => {
      const error = await refusalOf(workspace.credentials.list({ cursor: 'nonsense' }));
      expect(error).toEqual(invalid('cursor', 'must be the next_cursor of an earlier page', 'nonsense'));
    });

    it('does not find a foreign or invented one, to whatever end', async () => {
      const foreign = await harness.workspace().credentials.create();
      for (const ref of [foreign.id, 'cred_none', 'nonsense']) {
        const refusals = await Promise.all([
          refusalOf(workspace.credentials.get(ref)),
          refusalOf(workspace.credentials.update(ref, { name: 'mine' })),
          refusalOf(workspace.credentials.delete(ref)),
          refusalOf(workspace.credentials.delete(ref, true)),
        ]);
        expect(refusals).toEqual(Array(4).fill(ServiceError.notFound('credential', ref)));
      }
    });

    it('tells when it was last used', async () => {
      const { id: credential } = await workspace.credentials.create({ name: 'github' });
      await harness.query(
        `INSERT INTO credential_uses (workspace_id, credential_id, last_used_at) VALUES ($1, $2, $3)`,
        [workspace.id, credential, '2026-11-21T10:00:00Z'],
      );
      const used = plain({ last_used_at: '2026-11-21T10:00:00.000Z' });
      expect(await workspace.credentials.get(credential)).toEqual(used);
      expect((await workspace.credentials.list()).credentials).toEqual([used]);
    });

    it('shows one whose time is over as expired', async () => {
      const { id: credential } = await workspace.credentials.create({ name: 'github' });
      await harness.query(`UPDATE credentials SET expires_at = '2020-01-01T00:00:00Z' WHERE id = $1`, [
        credential,
      ]);
      expect(await workspace.credentials.get(credential)).toEqual(
        plain({
          status: 'expired',
          status_reason: 'it expired at 2020-01-01T00:00:00.000Z; give it a new value and expires_at',
          expires_at: '2020-01-01T00:00:00.000Z',
        }),
      );
    });
  });

  describe('changing', () => {
    it('sets what it names and leaves the rest, and a new value is a new version', async () => {
      const { id: credential } = await workspace.credentials.create({
        name: 'github',
        allowed_origins: ['https://mcp.example.com'],
        expires_at: '2999-01-01T00:00:00Z',
      });
      const limits = {
        allowed_origins: ['https://mcp.example.com'],
        expires_at: '2999-01-01T00:00:00.000Z',
      };
      expect(await workspace.credentials.update(credential, { value: 'other' })).toEqual(
        plain({ ...limits, version: 2 }),
      );
      expect(await workspace.credentials.update(credential, { name: 'gitlab' })).toEqual(
        plain({ ...limits, name: 'gitlab', version: 2 }),
      );
      const cleared = await workspace.credentials.update(credential, {
        allowed_origins: null,
        expires_at: null,
      });
      expect(cleared).toEqual(plain({ name: 'gitlab', version: 2 }));
      expect((await harness.told(workspace.id)).map(({ data }) => data)).toEqual([
        expect.objectContaining({ fact: 'created', name: 'github' }),
        expect.objectContaining({ fact: 'updated', name: 'github', fields: ['value'] }),
        expect.objectContaining({ fact: 'updated', name: 'gitlab', fields: ['name'] }),
        expect.objectContaining({ fact: 'updated', fields: ['allowed_origins', 'expires_at'] }),
      ]);
    });

    it('leaves the origins of a value that he may not see to an OWNER or ADMIN, for a MANAGER', async () => {
      const { id: ofOwner } = await workspace.credentials.create({ allowed_origins: ['https://a.example'] });
      const manager = workspace.as('MANAGER');
      const more = { allowed_origins: ['https://a.example', 'https://b.example'] };
      const refusal = await refusalOf(manager.credentials.update(ofOwner, more));
      expect(refusal).toMatchObject({ code: 'forbidden' });
      expect(refusal.message).toContain('go to https://b.example');
      expect(await workspace.credentials.get(ofOwner)).toMatchObject({
        allowed_origins: ['https://a.example'],
      });
      expect(await manager.credentials.update(ofOwner, { ...more, value: 'his own' })).toMatchObject(more);
    });

    it('tells nobody of a change that changes nothing', async () => {
      const fields = {
        name: 'github',
        allowed_origins: ['https://mcp.example.com'],
        expires_at: '2999-01-01T00:00:00Z',
      };
      const created = await workspace.credentials.create(fields);
      expect(await workspace.credentials.update(created.id, fields)).toEqual(created);
      expect(await harness.told(workspace.id)).toHaveLength(1);
    });

    it('takes a new name for an oauth2 credential, and neither a value nor an expiry', async () => {
      const { id: credential } = await workspace.credentials.create({ type: 'oauth2' });
      const refused = [
        { value: 'secret-value' },
        { expires_at: '2999-01-01T00:00:00Z' },
        { expires_at: null },
      ];
      for (const patch of refused) {
        const error = await refusalOf(workspace.credentials.update(credential, patch));
        expect(error.details.errors?.map(({ field }) => field)).toEqual(Object.keys(patch));
        expect(error.message).not.toContain('secret-value');
      }
      expect(await workspace.credentials.update(credential, { name: 'signed-in' })).toMatchObject({
        name: 'signed-in',
        status: 'pending',
        version: 0,
      });
    });

    it('refuses to change nothing, an empty value, one of the wrong form, a past expiry and a null name', async () => {
      const created = await workspace.credentials.create({ type: 'basic' });
      const refused: [object, string][] = [
        [{}, 'body'],
        [{ value: '' }, 'value'],
        [{ value: 'no-colon' }, 'value'],
        [{ expires_at: '2001-01-01' }, 'expires_at'],
        [{ name: null }, 'name'],
        [{ type: 'bearer' }, 'type'],
      ];
      for (const [patch, field] of refused) {
        const { code, details } = await refusalOf(workspace.credentials.update(created.id, patch));
        expect([code, details.errors?.map((error) => error.field)]).toEqual(['validation_failed', [field]]);
      }
      expect(await workspace.credentials.get(created.id)).toEqual(created);
    });

    it('refuses a name that another one has', async () => {
      const { id: credential } = await workspace.credentials.create({ name: 'github' });
      await workspace.credentials.create({ name: 'gitlab' });
      const error = await refusalOf(workspace.credentials.update(credential, { name: 'gitlab' }));
      expect([error.code, error.details]).toEqual(['name_taken', { field: 'name', value: 'gitlab' }]);
    });
  });

  describe('deleting', () => {
    it('removes it with all that belonged to it', async () => {
      const { id: credential } = await workspace.credentials.create({ name: 'github' });
      const kept = await harness.rowsOf(workspace.id);
      const { id: other } = await workspace.credentials.create();
      expect(await workspace.credentials.delete(other)).toEqual({ deleted: true, revoked: null });
      expect(await harness.rowsOf(workspace.id)).toEqual(kept);
      expect((await workspace.credentials.list()).credentials).toEqual([plain({ id: credential })]);
      expect((await harness.told(workspace.id)).at(-1)?.data).toMatchObject({ fact: 'deleted', id: other });
    });

    it('finds it gone the second time', async () => {
      const { id: credential } = await workspace.credentials.create();
      await workspace.credentials.delete(credential);
      const error = await refusalOf(workspace.credentials.delete(credential));
      expect(error).toEqual(ServiceError.notFound('credential', credential));
    });

    it('frees its name', async () => {
      const { id: credential } = await workspace.credentials.create({ name: 'github' });
      await workspace.credentials.delete(credential);
      await workspace.credentials.create({ name: 'github' });
    });
  });
});
