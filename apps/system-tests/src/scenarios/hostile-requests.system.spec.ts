import { request } from 'node:http';
import { Api, type Answer } from '../harness/api.js';
import { Place } from '../harness/place.js';
import { expectInvalid, expectProblem } from '../harness/problems.js';
import { routes } from '../harness/routes.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { startSystem, type System } from '../harness/the-system.js';

let system: System;
let tenant: Tenant;
let place: Place;
beforeAll(async () => {
  // Of its own: what it complains of is looked at.
  system = await startSystem();
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
  place = new Place(tenant);
}, 60_000);

const servers = '/api/v1/integrations';
const server = { name: 'refused', endpoint: 'https://mcp.example.com/mcp' };

describe('a body that cannot be read is refused', () => {
  const post = (body: string, type = 'application/json'): Promise<Answer> =>
    tenant.owner.send('POST', servers, { body, headers: { 'content-type': type } });

  it.each([
    ['is not JSON', '{"name":'],
    ['is JSON with a comment', '{} // no'],
    ['is empty', ''],
    ['is an array', '[]'],
    ['is a text', '"name"'],
    ['is a number', '1'],
    ['is null', 'null'],
    ['has __proto__', '{"__proto__":{"enabled":false},"name":"x","endpoint":"https://a.example"}'],
    ['has __proto__ deeper down', '{"name":{"__proto__":{"a":1}}}'],
    ['has a constructor with a prototype', '{"constructor":{"prototype":{}},"name":"x"}'],
    ['is nested 1,000 deep', `{"name":${'['.repeat(1000)}${']'.repeat(1000)}}`],
    ['is nested 100,000 deep', `{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('with 400 where it %s', async (_, body) => {
    expectProblem(await post(body), 400, 'malformed_message');
  });

  it('with 400 where it is missing', async () => {
    expectProblem(await tenant.owner.send('POST', servers), 400, 'malformed_message');
  });

  it.each(['constructor', 'toString', 'hasOwnProperty'])(
    'with 400 where it has a field %s',
    async (field) => {
      expectInvalid(await tenant.owner.post(servers, { ...server, [field]: 'x' }), field);
    },
  );

  it('with 413 over 1 MiB, which is said, but not at half of that', async () => {
    const answer = await tenant.owner.post(servers, { ...server, display_name: 'x'.repeat(1024 * 1024) });
    expectProblem(answer, 413, 'payload_too_large');
    expect(answer.body).toMatchObject({ detail: expect.stringContaining('1048576') as unknown });
    expectInvalid(
      await tenant.owner.post(servers, { ...server, display_name: 'x'.repeat(512 * 1024) }),
      'display_name',
    );
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=a',
    'application/xml',
    'nonsense',
  ])('with 415 where its type is %s', async (type) => {
    const answer = await post(JSON.stringify(server), type);
    expectProblem(answer, 415, 'unsupported_media_type');
    expect((answer.body as { detail: string }).detail).toContain('application/json');
  });

  it('but a charset beside the type is fine', async () => {
    const { status } = await post(
      '{"name":"charset","endpoint":"https://a.example"}',
      'application/json; charset=utf-8',
    );
    expect(status).toBe(201);
  });
});

describe('a path that leads nowhere', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/api/v1'],
    ['GET', '/api/v1/nothing'],
    ['PUT', servers],
    ['POST', '/api/v1/integrations/srv_1'],
    ['GET', '/api/v1/integrations/srv_1/nothing'],
    ['GET', '/API/V1/integrations'],
  ])('%s %s is a problem with 404 that says so', async (method, path) => {
    const answer = await tenant.owner.send(method, path);
    expectProblem(answer, 404, 'route_not_found');
    expect((answer.body as { detail: string }).detail).toContain(`${method} ${path}`);
  });

  it.each(['/api/v1/crews//integrations', '/api/v1/integrations/', '/api/v1/agents//integrations/resolved'])(
    '%s lacks an id, which is said',
    async (path) => {
      const answer = await tenant.owner.get(path);
      expectProblem(answer, 400, 'validation_failed');
      expect((answer.body as { detail: string }).detail).toMatch(/Id must not be empty/);
    },
  );

  it.each(['%', '%zz', '%E0%A4%A', '%C0%AF'])(
    'has malformed percent-encoding (%s) and is a problem with 400',
    async (id) => {
      expectProblem(await tenant.owner.get(`${servers}/${id}`), 400, 'malformed_message');
    },
  );

  it.each([
    [600, 400],
    [8000, 400],
    [100_000, 431],
  ])('is refused when it is %i characters long', async (length, status) => {
    expect((await tenant.owner.get(`${servers}/${'x'.repeat(length)}`)).status).toBe(status);
  });

  it('is not found by climbing', async () => {
    // fetch would take the dots out.
    const status = await new Promise((resolve, reject) => {
      const url = new URL(system.gateways.next());
      request(
        { host: url.hostname, port: url.port, path: '/api/docs/../../../../../etc/passwd' },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(404);
  });
});

describe('a name of a tool', () => {
  const patch = async (name: string): Promise<Answer> =>
    tenant.owner.patch(await place.fill(`/api/v1/crews/{crew}/integrations/{crewServer}/tools/${name}`), {
      enabled: false,
    });

  it('must not be empty', async () => expectInvalid(await patch(''), 'toolName'));
  it('may have 128 characters', async () => expect((await patch('x'.repeat(128))).status).toBe(200));
  it.each([129, 512, 513, 2000])('may not have %i', async (length) => {
    const answer = await patch('x'.repeat(length));
    expect(answer.status).toBe(400);
    expectProblem(answer, 400, (answer.body as { code: string }).code);
  });
  it('may have any characters, escaped in the path', async () => {
    const name = 'a/b c?d#e%f+ü';
    expect((await patch(encodeURIComponent(name))).body).toMatchObject({ tool_name: name, enabled: false });
  });
});

// PostgreSQL keeps no U+0000 in a text.
describe('a NUL character is refused like any other bad value, and never an error of the server', () => {
  const nul = 'a\u0000b';
  it.each<[string, string, object, string]>([
    ['in a display name', '/integrations', { ...server, display_name: nul }, 'display_name'],
    ['in a command', '/integrations', { name: 'x', transport: 'stdio', command: nul }, 'command'],
    ['in an icon', '/crews/{crew}/integrations', { ...server, icon: nul }, 'icon'],
    [
      'in the id of a server',
      '/agents/{agent}/integrations',
      { mcp_server_id: nul, mcp_server_scope: 'workspace' },
      'mcp_server_id',
    ],
    ['in the name of a crew', '/crews', { name: nul }, 'name'],
    ['in the name of a workspace', '/workspaces', { name: nul }, 'name'],
    ['in the id of a user', '/workspaces/{workspace}/members', { user_id: nul, role: 'VIEWER' }, 'user_id'],
    ['in the name of a token', '/tokens', { kind: 'service', role: 'VIEWER', name: nul }, 'name'],
  ])('%s: %s', async (_, path, body, field) => {
    expectInvalid(await tenant.owner.post(await place.fill(`/api/v1${path}`), body), field);
  });

  it.each([
    'integrations/%00',
    'crews/%00',
    'crews/%00/integrations',
    'agents/%00/integrations/resolved',
    'tokens/%00',
    'workspaces/%00',
    'audit?action=%00',
    `integrations?cursor=${Buffer.from('["\\u0000","b"]').toString('base64url')}`,
  ])('in GET /%s', async (path) => {
    const { status, body } = await tenant.owner.get(`/api/v1/${path}`);
    expect([status, body]).toEqual([expect.any(Number), expect.objectContaining({ status })]);
    expect([400, 404]).toContain(status);
  });
});

describe('HEAD and OPTIONS', () => {
  it.each(routes.filter(({ method }) => method === 'GET'))(
    'HEAD $path answers as GET does, without a body',
    async ({ path }) => {
      const filled = await place.fill(path);
      const answer = await tenant.owner.send('HEAD', filled);
      expect([answer.status, answer.text]).toEqual([200, '']);
    },
  );

  it('OPTIONS is no error of the server', async () => {
    for (const path of ['/', servers, '/healthz', '/api/docs']) {
      expect((await tenant.owner.send('OPTIONS', path)).status).toBeLessThan(500);
    }
  });
});

describe('a hundred bodies of junk', () => {
  // The same junk in every run: a linear congruential generator, Numerical Recipes' constants.
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const scraps = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\u0000',
    '\\ud800',
    '\u0000',
    'null',
    '1e999',
    '-',
    '"name"',
    '"endpoint"',
    'é',
    '\ufeff',
  ];
  const junk = (): string => Array.from({ length: random(40) }, () => scraps[random(scraps.length)]).join('');
  const values: unknown[] = [
    null,
    0,
    -1,
    1e308,
    true,
    '',
    ' ',
    '\ud800',
    [],
    [[]],
    {},
    { a: 1 },
    [null],
    'x'.repeat(5000),
  ];
  const fields = [
    'name',
    'endpoint',
    'command',
    'args_json',
    'env_json',
    'config_json',
    'headers_json',
    'transport',
    'tools',
    'role',
    'kind',
    'slug',
    'expires_at',
    'scopes',
    'mcp_server_id',
  ];
  const strange = (): string =>
    JSON.stringify(
      Object.fromEntries(
        Array.from({ length: 1 + random(6) }, () => [
          fields[random(fields.length)],
          values[random(values.length)],
        ]),
      ),
    );

  it('get answers below 500, and the server lives on', async () => {
    const quiet = await system.complaints();
    const writes = routes.filter(({ method }) => method === 'POST' || method === 'PATCH');
    for (let turn = 0; turn < 100; turn += 1) {
      const route = writes[turn % writes.length] as (typeof writes)[number];
      const body = turn % 2 === 0 ? junk() : strange();
      const { status, text } = await tenant.owner.send(route.method, await place.fill(route.path), { body });
      expect({ asked: `${route.method} ${route.path} ${body}`, broken: status >= 500, text }).toMatchObject({
        broken: false,
      });
    }
    expect((await tenant.owner.get('/healthz')).status).toBe(200);
    expect((await tenant.owner.get('/readyz')).status).toBe(200);
    expect(await system.complaints()).toEqual(quiet);
  });
});
