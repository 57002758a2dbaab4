import { Api, type Json } from '../harness/api.js';
import { newCredential } from '../harness/credentials.js';
import { expectInvalid, expectProblem } from '../harness/problems.js';
import { newTenant, unique, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { bind, newCrewServer } from '../harness/tiers.js';

const someTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown;

let anyUser: Api;
let tenant: Tenant;
let owner: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
  tenant = await newTenant(anyUser);
  owner = tenant.owner;
});

describe('a credential', () => {
  it('is told by everything but its value', async () => {
    const name = unique('github');
    const value = unique('ghp');
    const made = await owner.post('/api/v1/credentials', { name, type: 'bearer', value });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^cred_/) as unknown,
      workspace_id: tenant.id,
      name,
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
      created_at: someTime,
      updated_at: someTime,
    });
    const read = await owner.get(`/api/v1/credentials/${made.body.id}`);
    const listed = await owner.get('/api/v1/credentials?limit=1000');
    expect(read.body).toEqual(made.body);
    expect(listed.body.credentials).toContainEqual(made.body);
    expect([made.text, read.text, listed.text].some((text) => text.includes(value))).toBe(false);
  });

  it('takes a new value, a new name and new origins, and clears what may be cleared', async () => {
    const { id } = await newCredential(tenant);
    const name = unique('renamed');
    const allowed_origins = ['https://mcp.example.com'];
    const patched = await owner.must('PATCH', `/api/v1/credentials/${id}`, {
      name,
      value: 'another value',
      allowed_origins,
      expires_at: '2040-01-01T00:00:00.000Z',
    });
    expect(patched).toMatchObject({
      name,
      allowed_origins,
      version: 2,
      expires_at: '2040-01-01T00:00:00.000Z',
    });
    const cleared = await owner.must('PATCH', `/api/v1/credentials/${id}`, {
      allowed_origins: null,
      expires_at: null,
    });
    expect(cleared).toMatchObject({ allowed_origins: null, expires_at: null, version: 2 });
  });

  it('has a name of its own in the workspace', async () => {
    const { name } = await newCredential(tenant);
    const twice = await owner.post('/api/v1/credentials', { name, type: 'secret', value: 'x' });
    expectProblem(twice, 409, 'name_taken');
    expect(twice.text).toContain(name);
  });

  it.each<[string, object, string]>([
    ['no name', { name: undefined }, 'name'],
    ['a name that no template could hold', { name: 'a b' }, 'name'],
    ['a type that does not exist', { type: 'magic' }, 'type'],
    ['no value', { value: undefined }, 'value'],
    ['an empty value', { value: '' }, 'value'],
    ['a value that is no text', { value: { secret: 'x' } }, 'value'],
    ['a pair of user and password without a colon', { type: 'basic', value: 'user' }, 'value'],
    ['a value although signing in brings it', { type: 'oauth2', value: 'x' }, 'value'],
    ['an origin with a path', { allowed_origins: ['https://mcp.example.com/mcp'] }, 'allowed_origins'],
    ['no origins at all', { allowed_origins: [] }, 'allowed_origins'],
    ['an expiry that is no time', { expires_at: 'soon' }, 'expires_at'],
    ['a field that there is not', { secret: 'x' }, 'secret'],
  ])('is refused with %s, and the answer repeats no value', async (_, fields, field) => {
    const value = 'v4lue-that-is-not-repeated';
    const body = { name: unique('cred'), type: 'bearer', value, ...fields };
    const answer = await owner.post('/api/v1/credentials', body);
    expectInvalid(answer, field);
    expect(answer.text).not.toContain(value);
  });

  it('is made once by an Idempotency-Key', async () => {
    const body = { name: unique('once'), type: 'secret', value: unique('v') };
    const headers = { 'idempotency-key': unique('key') };
    const [one, two] = [
      await owner.post('/api/v1/credentials', body, { headers }),
      await owner.post('/api/v1/credentials', body, { headers }),
    ];
    expect([one.status, two.status, two.body]).toEqual([201, 201, one.body]);
    const changed = await owner.post('/api/v1/credentials', { ...body, value: 'other' }, { headers });
    expectProblem(changed, 422, 'idempotency_key_reused');
  });
});

describe('a credential in use', () => {
  it('says by what, and is not deleted until told twice', async () => {
    const { id, name } = await newCredential(tenant);
    const server = await tenant.newServer({
      headers_json: `{"Authorization":"Bearer {{credential:${name}}}"}`,
    });
    const crewServer = await newCrewServer(tenant, {
      transport: 'stdio',
      command: 'npx',
      endpoint: undefined,
      env_json: `{"TOKEN":"{{credential:${name}}}"}`,
    });
    const bound = await tenant.newServer();
    const binding = await bind(tenant, bound, { credential_id: id });
    const users = expect.arrayContaining([
      expect.objectContaining({ kind: 'workspace_server', id: server }),
      expect.objectContaining({ kind: 'crew_server', id: crewServer }),
      expect.objectContaining({ kind: 'agent_binding', id: binding, agent_id: tenant.agentId }),
    ]) as Json[];
    const { used_by } = await owner.must('GET', `/api/v1/credentials/${id}`);
    expect(used_by).toEqual(users);
    expect(used_by).toHaveLength(3);

    const refused = await owner.delete(`/api/v1/credentials/${id}`);
    expectProblem(refused, 409, 'credential_in_use');
    expect(refused.body.used_by).toEqual(users);
    expect((await owner.get(`/api/v1/credentials/${id}`)).status).toBe(200);

    expect(await owner.must('DELETE', `/api/v1/credentials/${id}?force=true`)).toEqual({
      deleted: true,
      revoked: null,
    });
    expectProblem(await owner.get(`/api/v1/credentials/${id}`), 404, 'not_found');
  });

  it('keeps the name that templates call it by', async () => {
    const { id, name } = await newCredential(tenant);
    await tenant.newServer({ headers_json: `{"X-Key":"{{credential:${name}}}"}` });
    const refused = await owner.patch(`/api/v1/credentials/${id}`, { name: unique('other') });
    expectProblem(refused, 409, 'credential_in_use');
  });

  it('has to be there when an agent is bound with it', async () => {
    const server = await tenant.newServer();
    const path = `/api/v1/agents/${tenant.agentId}/integrations`;
    const body = { mcp_server_id: server, mcp_server_scope: 'workspace', credential_id: 'cred_nowhere' };
    expectInvalid(await owner.post(path, body), 'credential_id');
    const other = await newTenant(anyUser);
    const foreign = await newCredential(other);
    expectInvalid(await owner.post(path, { ...body, credential_id: foreign.id }), 'credential_id');
  });
});

describe('the keys', () => {
  it('are moved by the OWNER alone, and everything can be read after it', async () => {
    const { id, value } = await newCredential(tenant);
    const server = await tenant.newServer();
    const agent = await tenant.newAgent();
    await bind(tenant, server, { credential_id: id }, agent);
    expect(await owner.must('POST', '/api/v1/credentials/rotate-keys')).toEqual({
      master_key: 'k1',
      data_keys: 1,
      rewrapped: 0,
      remaining: 0,
    });
    const admin = await tenant.as('ADMIN');
    expectProblem(await admin.post('/api/v1/credentials/rotate-keys'), 403, 'forbidden');
    const answer = await owner.must('GET', `/api/v1/agents/${agent}/integrations/resolved`);
    expect(JSON.stringify(answer)).toContain(`Bearer ${value}`);
  });
});
