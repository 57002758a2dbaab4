import { Api, type Answer } from '../harness/api.js';
import { Place } from '../harness/place.js';
import { expectInvalid } from '../harness/problems.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { newCrewServer } from '../harness/tiers.js';

let tenant: Tenant;
let place: Place;
beforeAll(async () => {
  const system = await theSystem();
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
  place = new Place(tenant);
}, 60_000);

const servers = 'POST /integrations';
const crewServers = 'POST /crews/{crew}/integrations';
const bindings = 'POST /agents/{agent}/integrations';
const server = { name: 'refused', endpoint: 'https://mcp.example.com/mcp' };
const stdio = { name: 'refused', transport: 'stdio', command: 'npx' };
const binding = { mcp_server_id: 'srv_none', mcp_server_scope: 'workspace' };
const token = { name: 'refused', kind: 'service', role: 'VIEWER' };
const tooLong = 'x'.repeat(65_537);

async function ask(line: string, body?: object): Promise<Answer> {
  const [method, path] = line.split(' ') as [string, string];
  return tenant.owner.send(method, await place.fill(`/api/v1${path}`), { body });
}

/** What is asked, the body, and the field whose value is refused. */
type Refused = [string, string, Record<string, unknown>, string];

const refused: Refused[] = [
  ['an empty name', servers, { ...server, name: '' }, 'name'],
  ['a name with a space', servers, { ...server, name: 'two words' }, 'name'],
  ['a name that begins with a dot', servers, { ...server, name: '.hidden' }, 'name'],
  ['a name of 65 characters', servers, { ...server, name: 'x'.repeat(65) }, 'name'],
  ['a name that is a number', servers, { ...server, name: 5 }, 'name'],
  ['a name that is null', servers, { ...server, name: null }, 'name'],
  ['a name with a path in it', crewServers, { ...server, name: '../up' }, 'name'],
  ['an empty display name', servers, { ...server, display_name: '' }, 'display_name'],
  ['a transport of another era', servers, { ...server, transport: 'sse' }, 'transport'],
  ['a transport that is a number', crewServers, { ...server, transport: 1 }, 'transport'],
  ['an endpoint without a host', servers, { ...server, endpoint: '/mcp' }, 'endpoint'],
  ['an endpoint by ftp', servers, { ...server, endpoint: 'ftp://mcp.example.com/' }, 'endpoint'],
  ['an endpoint by file', crewServers, { ...server, endpoint: 'file:///etc/passwd' }, 'endpoint'],
  ['args that are not JSON', servers, { ...stdio, args_json: '[' }, 'args_json'],
  ['args that are an object', servers, { ...stdio, args_json: '{}' }, 'args_json'],
  ['args with a number', servers, { ...stdio, args_json: '["-p", 1]' }, 'args_json'],
  ['args that are a list and no text', crewServers, { ...stdio, args_json: ['-y'] }, 'args_json'],
  ['args that are a number', servers, { ...stdio, args_json: 7 }, 'args_json'],
  ['config that is not JSON', servers, { ...server, config_json: 'read_only' }, 'config_json'],
  ['config that is a list', servers, { ...server, config_json: '[]' }, 'config_json'],
  ['config that is a JSON null', crewServers, { ...server, config_json: 'null' }, 'config_json'],
  ['a switch that is a text', servers, { ...server, enabled: 'yes' }, 'enabled'],
  ['a switch that is null', servers, { ...server, enabled: null }, 'enabled'],
  ['an unknown exposure', servers, { ...server, exposure: 'some' }, 'exposure'],
  ['an unknown scope', bindings, { ...binding, mcp_server_scope: 'agent' }, 'mcp_server_scope'],
  ['an unknown credential type', bindings, { ...binding, cred_type: 'oauth' }, 'cred_type'],
  ['a credential type that is null', bindings, { ...binding, cred_type: null }, 'cred_type'],
  ['a credential', bindings, { ...binding, credential_id: 'cred_1' }, 'credential_id'],
  ['a header name with a space', bindings, { ...binding, cred_header: 'X Key' }, 'cred_header'],
  ["a header of the connection's", bindings, { ...binding, cred_header: 'HOST' }, 'cred_header'],
  ['a variable that begins with a digit', bindings, { ...binding, env_var_name: '1A' }, 'env_var_name'],
  [
    'an override that is a list',
    bindings,
    { ...binding, config_override_json: '[]' },
    'config_override_json',
  ],
  ['a server that is not there', bindings, binding, 'mcp_server_id'],
  ['an address by ftp', 'POST /oauth/discover', { mcp_url: 'ftp://mcp.example.com/' }, 'mcp_url'],
  ['a plan that is not sold', 'POST /workspaces', { name: 'x', plan: 'gold' }, 'plan'],
  ['a slug in capitals', 'POST /crews', { name: 'x', slug: 'Crew' }, 'slug'],
  ['an unknown role', 'POST /workspaces/{workspace}/members', { user_id: 'u', role: 'BOSS' }, 'role'],
  [
    'an address without an @',
    'POST /workspaces/{workspace}/members',
    { user_id: 'u', role: 'VIEWER', email: 'me' },
    'email',
  ],
  ['an unknown kind of token', 'POST /tokens', { ...token, kind: 'robot' }, 'kind'],
  ['an expiry that is no time', 'POST /tokens', { ...token, expires_at: 'tomorrow' }, 'expires_at'],
  ['a null display name in a change', 'PATCH /integrations/{server}', { display_name: null }, 'display_name'],
  ['a null transport in a change', 'PATCH /integrations/{server}', { transport: null }, 'transport'],
  [
    "a null transport in a change of a crew's own server",
    'PATCH /crews/{crew}/integrations/{crewServer}',
    { transport: null },
    'transport',
  ],
  ['a null endpoint in a change', 'PATCH /integrations/{server}', { endpoint: null }, 'endpoint'],
  [
    'a null switch of a tool',
    'PATCH /crews/{crew}/integrations/{crewServer}/tools/{tool}',
    { enabled: null },
    'enabled',
  ],
  ['a null role in a change', 'PATCH /workspaces/{workspace}/members/{member}', { role: null }, 'role'],
];

/** As JSON shows it, without the quoting of texts within texts. */
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const detailOf = ({ body }: Answer): string =>
  (body as { detail: string }).detail.replaceAll(String.raw`\"`, '"');

describe('a value that a field cannot have is refused with 400', () => {
  it.each(refused)('%s, named by field and value: %s', async (_, line, body, field) => {
    const answer = await ask(line, body);
    expectInvalid(answer, field);
    expect(answer.body).toMatchObject({ errors: [{ field, value: body[field] }] });
  });

  // An empty text shows as nothing.
  it.each(refused.filter(([, , body, field]) => body[field] !== ''))(
    '%s, whose value is in the sentence for people too',
    async (_, line, body, field) => {
      expect(detailOf(await ask(line, body))).toContain(shown(body[field]));
    },
  );
});

describe('a query that cannot be is refused with 400', () => {
  const queries: [string, string, string][] = [
    ['integrations', 'limit', '0'],
    ['integrations', 'limit', '1001'],
    ['integrations', 'limit', '-1'],
    ['integrations', 'limit', '1.5'],
    ['integrations', 'limit', 'abc'],
    ['crews', 'limit', 'abc'],
    ['integrations', 'cursor', 'nonsense'],
    ['integrations/crews', 'cursor', Buffer.from('["only one"]').toString('base64url')],
    ['crews', 'cursor', 'nonsense'],
    ['audit', 'since', 'yesterday'],
    ['audit', 'until', '2026-13-01'],
    ['audit', 'format', 'xml'],
  ];
  it.each(queries)('GET /%s with %s=%s, named by field and value', async (path, field, value) => {
    const answer = await tenant.owner.get(`/api/v1/${path}?${field}=${value}`);
    expectInvalid(answer, field);
    const { errors } = answer.body as { errors: { value: unknown }[] };
    expect(errors.map((error) => String(error.value))).toEqual([value]);
  });

  it.each(queries)(
    'GET /%s with %s=%s, whose value is in the sentence for people too',
    async (path, field, value) => {
      expect(detailOf(await tenant.owner.get(`/api/v1/${path}?${field}=${value}`))).toContain(value);
    },
  );

  it('says what a limit must be once, and not once for each rule behind it', async () => {
    const detail = detailOf(await tenant.owner.get('/api/v1/integrations?limit=abc'));
    expect(detail.match(/must be/g)).toHaveLength(1);
  });

  it('GET /integrations with two limits', async () => {
    expectInvalid(await tenant.owner.get('/api/v1/integrations?limit=1&limit=2'), 'limit');
  });
});

describe('a field that is missing, or too much, is named', () => {
  it.each<Refused>([
    ['a server without a name', servers, { endpoint: server.endpoint }, 'name'],
    ['a streamable-http server without an endpoint', servers, { name: 'x' }, 'endpoint'],
    ['a stdio server without a command', servers, { name: 'x', transport: 'stdio' }, 'command'],
    ["a crew's own server without an endpoint", crewServers, { name: 'x' }, 'endpoint'],
    ["a crew's own server without a command", crewServers, { name: 'x', transport: 'stdio' }, 'command'],
    [
      'a server changed to stdio without a command',
      'PATCH /integrations/{server}',
      { transport: 'stdio' },
      'command',
    ],
    [
      "a crew's server changed likewise",
      'PATCH /crews/{crew}/integrations/{crewServer}',
      { transport: 'stdio' },
      'command',
    ],
    ['a binding without a server', bindings, { mcp_server_scope: 'workspace' }, 'mcp_server_id'],
    ['a binding without a scope', bindings, { mcp_server_id: 'srv_x' }, 'mcp_server_scope'],
    ['a change of a binding that says nothing', 'PATCH /agents/{agent}/integrations/{binding}', {}, 'body'],
    [
      'a change of a tool that says nothing',
      'PATCH /crews/{crew}/integrations/{crewServer}/tools/{tool}',
      {},
      'body',
    ],
    [
      'a list of tools without tools',
      'POST /crews/{crew}/integrations/{crewServer}/tools/refresh',
      {},
      'tools',
    ],
    [
      'a tool without a name',
      'POST /crews/{crew}/integrations/{crewServer}/tools/refresh',
      { tools: [{}] },
      'tools.0.name',
    ],
    ['a server to sign in at without an address', 'POST /oauth/discover', {}, 'mcp_url'],
    ['an address for a test', 'POST /integrations/{stdioServer}/test', { endpoint: 'x' }, 'endpoint'],
    ['a token without a role', 'POST /tokens', { name: 'x', kind: 'service' }, 'role'],
    ['an unknown field', servers, { ...server, colour: 'red' }, 'colour'],
    ['a field that only the server sets', servers, { ...server, managed_by: 'me' }, 'managed_by'],
    ['a name in a change, which it cannot have', 'PATCH /integrations/{server}', { name: 'new' }, 'name'],
    ['the id of another agent in a binding', bindings, { ...binding, agent_id: 'agt_x' }, 'agent_id'],
    ['64 KiB and a byte of config', servers, { ...server, config_json: `{"a":"${tooLong}"}` }, 'config_json'],
  ])('%s: %s', async (_, line, body, field) => {
    const answer = await ask(line, body);
    expectInvalid(answer, field);
    // A value that is too long to read is not repeated in full.
    expect(answer.text.length).toBeLessThan(4096);
  });

  it('and an override may miss nothing of what is left after inheriting', async () => {
    const parent = await tenant.newServer({ transport: 'stdio', command: 'npx', endpoint: undefined });
    const override = { name: 'x', workspace_mcp_server_id: parent, transport: 'streamable-http' };
    expectInvalid(await ask(crewServers, override), 'endpoint');
  });
});

describe('a value that may hold a secret is not repeated', () => {
  const secret = 'hunter2';
  it.each<Refused>([
    ['an env that is not JSON', servers, { ...stdio, env_json: `{${secret}` }, 'env_json'],
    ['an env that is a list', servers, { ...stdio, env_json: `["${secret}"]` }, 'env_json'],
    ['an env with a number', servers, { ...stdio, env_json: `{"A":"${secret}","B":1}` }, 'env_json'],
    ['an env that is an object and no text', servers, { ...stdio, env_json: { A: secret } }, 'env_json'],
    [
      'an env with a null and nothing to inherit',
      servers,
      { ...stdio, env_json: `{"A":"${secret}","B":null}` },
      'env_json',
    ],
    [
      "a null in a crew's own env",
      crewServers,
      { ...stdio, env_json: `{"A":"${secret}","B":null}` },
      'env_json',
    ],
    [
      'a null in a changed env',
      'PATCH /integrations/{server}',
      { env_json: `{"A":"${secret}","B":null}` },
      'env_json',
    ],
    [
      'headers with a space in a name',
      servers,
      { ...server, headers_json: `{"X Key":"${secret}"}` },
      'headers_json',
    ],
    [
      'headers with a name twice',
      servers,
      { ...server, headers_json: `{"X-A":"${secret}","x-a":"b"}` },
      'headers_json',
    ],
    [
      'headers with a line feed',
      servers,
      { ...server, headers_json: JSON.stringify({ X: `${secret}\r\nHost: a` }) },
      'headers_json',
    ],
    [
      'headers with a number',
      crewServers,
      { ...server, headers_json: `{"X-A":"${secret}","X-B":1}` },
      'headers_json',
    ],
    [
      'headers with a null and nothing to inherit',
      servers,
      { ...server, headers_json: `{"A":"${secret}","B":null}` },
      'headers_json',
    ],
    [
      'a value by a misspelt name',
      'POST /credentials',
      { name: 'refused', type: 'bearer', valu: secret },
      'valu',
    ],
    [
      'a text by an unknown name in a list',
      'POST /crews/{crew}/integrations/{crewServer}/tools/refresh',
      { tools: [{ name: 'a', text: secret }] },
      'tools.0.text',
    ],
    ['a text where nothing is read', 'POST /integrations/{stdioServer}/test', { text: secret }, 'text'],
    [
      'an endpoint with a password',
      servers,
      { ...server, endpoint: `https://me:${secret}@mcp.example.com` },
      'endpoint',
    ],
  ])('%s: %s', async (_, line, body, field) => {
    const answer = await ask(line, body);
    expectInvalid(answer, field);
    expect(answer.text).not.toContain(secret);
  });
});

it('a server of another crew cannot be bound, and the crews are named', async () => {
  const crewId = await tenant.newCrew();
  const serverId = await newCrewServer(tenant, {}, crewId);
  const answer = await ask(bindings, { mcp_server_id: serverId, mcp_server_scope: 'crew' });
  expectInvalid(answer, 'mcp_server_id');
  expect(detailOf(answer)).toContain(crewId);
  expect(detailOf(answer)).toContain(await place.id('crew'));
});
