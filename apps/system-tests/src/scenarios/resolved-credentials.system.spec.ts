import { eventually } from '@hawser/testing/eventually';
import { Api, type Json } from '../harness/api.js';
import { newCredential } from '../harness/credentials.js';
import { newTenant, roles, unique, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { bind, newCrewServer, resolved } from '../harness/tiers.js';

const redacted = '[REDACTED]';
const stdio = { transport: 'stdio', command: 'npx', endpoint: undefined };

let anyUser: Api;
let tenant: Tenant;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
});
beforeEach(async () => {
  tenant = await newTenant(anyUser);
});

/** The one server that the agent has. */
const only = async (api?: Api): Promise<Json> => {
  const [server, ...others] = await resolved(tenant, tenant.agentId, api);
  expect(others).toEqual([]);
  return server;
};
const codes = ({ problems }: Json): string[] => problems.map(({ code }: Json) => code as string);

describe('the credential of a binding', () => {
  it.each<[string, object, (value: string) => object]>([
    ['bearer', { cred_type: 'bearer' }, (value) => ({ Authorization: `Bearer ${value}` })],
    ['api_key', { cred_type: 'api_key' }, (value) => ({ 'X-API-Key': value })],
    [
      'api_key in a header',
      { cred_type: 'api_key', cred_header: 'X-Token' },
      (value) => ({ 'X-Token': value }),
    ],
  ])('is sent as %s', async (_, fields, headers) => {
    const { id, name, value } = await newCredential(tenant);
    await bind(tenant, await tenant.newServer(), { credential_id: id, ...fields });
    expect(await only()).toMatchObject({ headers: headers(value), credential_id: id, credential_name: name });
  });

  it('is sent as a user and a password', async () => {
    const { id } = await newCredential(tenant, { type: 'basic', value: 'ada:pässword:2' });
    await bind(tenant, await tenant.newServer(), { credential_id: id, cred_type: 'basic' });
    const expected = `Basic ${Buffer.from('ada:pässword:2').toString('base64')}`;
    expect(await only()).toMatchObject({ headers: { Authorization: expected }, problems: [] });
  });

  it('goes into the variable that the binding names, or is a problem', async () => {
    const { id, value } = await newCredential(tenant);
    const server = await tenant.newServer({ ...stdio, env_json: '{"TOKEN":"default","LEVEL":"info"}' });
    const binding = await bind(tenant, server, { credential_id: id, env_var_name: 'TOKEN' });
    const { env_json, headers, problems } = await only();
    expect(JSON.parse(env_json as string)).toEqual({ TOKEN: value, LEVEL: 'info' });
    expect([headers, problems]).toEqual([null, []]);
    await tenant.owner.must('PATCH', `/api/v1/agents/${tenant.agentId}/integrations/${binding}`, {
      env_var_name: null,
    });
    const without = await only();
    expect(JSON.parse(without.env_json as string)).toEqual({ TOKEN: 'default', LEVEL: 'info' });
    expect(codes(without)).toEqual(['config_incomplete']);
  });

  it('beats a header of the same name', async () => {
    const { id, value } = await newCredential(tenant);
    const server = await tenant.newServer({
      headers_json: '{"authorization":"Bearer static","X-Team":"all"}',
    });
    await bind(tenant, server, { credential_id: id });
    const { headers } = await only();
    expect(Object.entries(headers as object).map(([name, text]) => [name.toLowerCase(), text])).toEqual(
      expect.arrayContaining([
        ['authorization', `Bearer ${value}`],
        ['x-team', 'all'],
      ]),
    );
    expect(Object.keys(headers as object)).toHaveLength(2);
  });
});

describe('templates', () => {
  it('are replaced in variables, arguments, headers and config, in one pass', async () => {
    const { name, value } = await newCredential(tenant);
    const sly = await newCredential(tenant, { value: `{{credential:${name}}} $& $1` });
    await tenant.newServer({
      ...stdio,
      args_json: JSON.stringify(['--token', `{{credential:${name}}}`]),
      env_json: JSON.stringify({ TOKEN: `x{{credential:${name}}}y`, SLY: `{{credential:${sly.name}}}` }),
      config_json: JSON.stringify({ a: { list: ['plain', `{{credential:${name}}}`] } }),
    });
    const { args_json, env_json, config_json, problems } = await only();
    expect([args_json, env_json, config_json].map((text) => JSON.parse(text as string))).toEqual([
      ['--token', value],
      { TOKEN: `x${value}y`, SLY: sly.value },
      { a: { list: ['plain', value] } },
    ]);
    expect(problems).toEqual([]);
  });

  it('that lead nowhere leave a gap and a problem, and nothing else fails', async () => {
    await tenant.newServer({
      name: 'broken',
      ...stdio,
      args_json: '["--token","{{credential:nobody}}","last"]',
      env_json: '{"TOKEN":"{{credential:nobody}}","LEVEL":"info"}',
      config_json: '{"key":"{{credential:nobody}}","kept":1}',
    });
    await tenant.newServer({ name: 'whole' });
    const [broken, whole] = await resolved(tenant);
    expect(JSON.parse(broken.args_json as string)).toEqual(['--token', '', 'last']);
    expect(JSON.parse(broken.env_json as string)).toEqual({ LEVEL: 'info' });
    expect(JSON.parse(broken.config_json as string)).toEqual({ kept: 1 });
    expect(new Set(codes(broken))).toEqual(new Set(['credential_missing']));
    expect(JSON.stringify(broken.problems)).toContain('nobody');
    expect(whole).toMatchObject({ name: 'whole', problems: [] });
  });
});

describe('what is withheld', () => {
  it('is what the workspace gives to a server that a crew sends elsewhere', async () => {
    const { id, name, value } = await newCredential(tenant);
    const server = await tenant.newServer({
      headers_json: `{"X-Key":"{{credential:${name}}}"}`,
      config_json: `{"key":"{{credential:${name}}}"}`,
    });
    await bind(tenant, server, { credential_id: id });
    expect(await only()).toMatchObject({ problems: [], headers: { 'X-Key': value } });
    await newCrewServer(tenant, {
      workspace_mcp_server_id: server,
      endpoint: 'https://evil.example.com/mcp',
    });
    const moved = await only();
    expect(JSON.stringify(moved)).not.toContain(value);
    expect(new Set(codes(moved))).toEqual(new Set(['credential_withheld']));
  });

  it('is a credential at an origin that it is not for', async () => {
    const { id, value } = await newCredential(tenant, { allowed_origins: ['https://mcp.example.com'] });
    const fits = await tenant.newServer({ name: 'a-fits' });
    const other = await tenant.newServer({ name: 'b-other', endpoint: 'https://mcp.example.com:8443/mcp' });
    for (const server of [fits, other]) await bind(tenant, server, { credential_id: id });
    const [one, two] = await resolved(tenant);
    expect([one.headers, codes(one)]).toEqual([{ Authorization: `Bearer ${value}` }, []]);
    expect(JSON.stringify(two)).not.toContain(value);
    expect(codes(two)).toEqual(['credential_withheld']);
  });
});

describe('who sees it', () => {
  it('is OWNER, ADMIN and the agent itself; everybody else sees that there is something', async () => {
    const { id, name, value } = await newCredential(tenant);
    await bind(tenant, await tenant.newServer({ headers_json: `{"X-Key":"{{credential:${name}}}"}` }), {
      credential_id: id,
    });
    const plain = { Authorization: `Bearer ${value}`, 'X-Key': value };
    const hidden = { Authorization: redacted, 'X-Key': redacted };
    for (const role of roles) {
      const { headers, credential_name } = await only(await tenant.as(role));
      const sees = role === 'OWNER' || role === 'ADMIN';
      expect([role, headers, credential_name]).toEqual([role, sees ? plain : hidden, name]);
    }
    expect(await only(await tenant.agentApi())).toMatchObject({ headers: plain });
  });

  it('is written down, answer by answer', async () => {
    const { id, name } = await newCredential(tenant);
    await bind(tenant, await tenant.newServer(), { credential_id: id });
    const agent = await tenant.agentApi();
    await agent.get(`/api/v1/agents/${tenant.agentId}/integrations/resolved`, {
      headers: { 'x-request-id': 'plain-1' },
    });
    const viewer = await tenant.as('VIEWER');
    await viewer.get(`/api/v1/agents/${tenant.agentId}/integrations/resolved`);
    const { entries } = await tenant.owner.must('GET', '/api/v1/audit?action=credentials.disclosed');
    expect(entries).toEqual([
      expect.objectContaining({
        actor_kind: 'agent',
        action: 'credentials.disclosed',
        target_id: tenant.agentId,
        fields: [name],
        request_id: 'plain-1',
      }),
    ]);
    const whole = await tenant.owner.must('GET', '/api/v1/audit?limit=1000');
    expect(whole.entries.map(({ action }: Json) => action as string)).toContain('credentials.disclosed');
    const isNoted = async (): Promise<boolean> => {
      const read = await tenant.owner.get('/api/v1/audit?action=credential.created');
      return read.text.includes(id);
    };
    await eventually(isNoted);
  });

  it('shows in the next answer when it is changed, and in the ETag', async () => {
    const { id } = await newCredential(tenant);
    await bind(tenant, await tenant.newServer(), { credential_id: id });
    const path = `/api/v1/agents/${tenant.agentId}/integrations/resolved`;
    const before = await tenant.owner.get(path);
    const value = unique('new');
    await tenant.owner.must('PATCH', `/api/v1/credentials/${id}`, { value });
    const after = await tenant.owner.get(path, {
      headers: { 'if-none-match': before.headers.get('etag') ?? '' },
    });
    expect([after.status, after.text.includes(value)]).toEqual([200, true]);
    expect(after.headers.get('cache-control')).toContain('no-store');
    const viewer = await tenant.as('VIEWER');
    expect((await viewer.get(path)).headers.get('etag')).not.toBe(after.headers.get('etag'));
  });
});
