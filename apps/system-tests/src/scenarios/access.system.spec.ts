import { Api, type Answer } from '../harness/api.js';
import { Place, thingsIn, type Thing } from '../harness/place.js';
import { expectInvalid, expectProblem } from '../harness/problems.js';
import { endsWorkspace, publicRoutes, routes, type Route } from '../harness/routes.js';
import { newTenant, roles, type Role, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { bind, newCrewServer } from '../harness/tiers.js';

let anyUser: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
}, 60_000);

/** Members of one workspace, made when first needed. */
const members = new Map<string, Promise<Api>>();
function member(tenant: Tenant, role: Role): Promise<Api> {
  const key = `${tenant.id} ${role}`;
  const known = members.get(key) ?? tenant.member(role).then(({ api }) => api);
  members.set(key, known);
  return known;
}

/** The user who is the place's member. */
async function userIdOf(place: Place): Promise<string> {
  const { body } = await place.tenant.owner.get(await place.fill('/api/v1/workspaces/{workspace}/members'));
  const id = await place.id('member');
  const found = (body as { members: { id: string; user_id: string }[] }).members.find((row) => row.id === id);
  return found?.user_id ?? 'nobody';
}

async function ask(api: Api, { method, path, body }: Route, place: Place): Promise<Answer> {
  return api.send(method, await place.fill(path), { body: await body(place) });
}

const rows = routes.map((route) => ({ ...route, line: `${route.method} ${route.path}` }));

it('the routes under test are all that the API document has', async () => {
  const { body } = await anyUser.get('/api/openapi.json');
  const paths = (body as { paths: Record<string, object> }).paths;
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '{}')}`),
  );
  const tested = [...rows.map(({ line }) => line), ...publicRoutes].map((line) =>
    line.replaceAll(/\{\w+\}/g, '{}'),
  );
  expect(documented.sort()).toEqual(tested.sort());
});

describe('the table of roles', () => {
  let shared: Tenant;
  beforeAll(async () => {
    shared = await newTenant(anyUser);
  });

  describe.each(rows)('$line', (route) => {
    const newPlace = async (): Promise<Place> =>
      new Place(endsWorkspace(route) ? await newTenant(anyUser) : shared);

    it.each(roles.filter((role) => route.may.includes(role)))('is open to %s', async (role) => {
      const place = await newPlace();
      const answer = await ask(await member(place.tenant, role), route, place);
      expect([answer.status, answer.text]).toEqual([route.status, expect.any(String)]);
    });

    const refused = roles.filter((role) => !route.may.includes(role));
    if (refused.length > 0) {
      it.each(refused)('is closed to %s, who is told which role it needs', async (role) => {
        const place = await newPlace();
        const answer = await ask(await member(place.tenant, role), route, place);
        expectProblem(answer, 403, 'forbidden');
        expect(answer.body).toMatchObject({ needed: route.may, role });
        for (const word of [...route.may, role])
          expect((answer.body as { detail: string }).detail).toContain(word);
      });
    }

    it.each([
      ['its own', true],
      ['another', false],
    ])('tells an agent that is %s as the table says', async (_, own) => {
      const place = await newPlace();
      const api = await place.tenant.agentApi(own ? await place.id('agent') : place.tenant.agentId);
      const answer = await ask(api, route, place);
      if (route.agents === 'all' || (route.agents === 'own' && own)) expect(answer.status).toBe(route.status);
      else expectProblem(answer, 403, 'forbidden');
    });

    it.each([
      ['no token', null],
      ['a token nobody was given', `hws_live_${'x'.repeat(43)}`],
      ['garbage for a token', 'garbage!'],
    ])('answers 401 to %s, and how to authenticate', async (_, token) => {
      const place = new Place(shared);
      const answer = await ask(shared.owner.as(token), route, place);
      expectProblem(answer, 401, 'unauthenticated');
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer\b/);
    });
  });
});

describe("another workspace's things", () => {
  let tenant: Tenant;
  let place: Place;
  let other: Place;
  let otherBefore: string[];

  const things: Thing[] = [
    'crew',
    'agent',
    'server',
    'crewServer',
    'stdioServer',
    'stdioCrewServer',
    'binding',
    'member',
    'token',
    'credential',
  ];
  /** All that the other workspace's owner can see of it. */
  async function lookAtOther(): Promise<string[]> {
    const lists = [
      '/integrations',
      '/integrations/crews',
      '/crews',
      '/agents',
      '/tokens',
      '/credentials',
      '/workspaces/{workspace}',
      '/workspaces/{workspace}/members',
      '/agents/{agent}/integrations',
      '/crews/{crew}/integrations/{crewServer}/tools',
    ];
    const paths = await Promise.all(lists.map((list) => other.fill(`/api/v1${list}`)));
    const answers = await Promise.all(paths.map((path) => other.tenant.owner.get(path)));
    // When a token was last used is noted as it is used.
    return answers.map(({ status, text }) => `${status} ${text.replaceAll(/"last_used_at":[^,]+/g, '')}`);
  }

  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    place = new Place(tenant);
    other = new Place(await newTenant(anyUser));
    for (const thing of things) await other.id(thing);
    otherBefore = await lookAtOther();
  });

  const substitutions = rows.flatMap((route) =>
    thingsIn(route.path)
      .filter((thing) => !['tool', 'provider'].includes(thing))
      .map((thing) => ({ ...route, thing })),
  );
  it.each(substitutions)(
    '$line answers 404 for the $thing of another workspace',
    async ({ thing, ...route }) => {
      const path = await place.fill(route.path, { [thing]: await other.id(thing) });
      const answer = await tenant.owner.send(route.method, path, { body: await route.body(place) });
      expectProblem(answer, 404, 'not_found');
    },
  );

  it.each(rows.filter((route) => route.tenant === 'named'))(
    '$line answers 404 where the request names another workspace',
    async (route) => {
      expectProblem(await ask(tenant.owner.in(other.tenant.id), route, place), 404, 'not_found');
    },
  );

  it.each<[string, string, string, (foreign: Place, own: Place) => Promise<Record<string, string>>]>([
    [
      'an override',
      'workspace_mcp_server_id',
      '/crews/{crew}/integrations',
      async (foreign) => ({
        name: 'override',
        workspace_mcp_server_id: await foreign.id('server'),
      }),
    ],
    [
      'a binding to a workspace server',
      'mcp_server_id',
      '/agents/{agent}/integrations',
      async (foreign) => ({
        mcp_server_id: await foreign.id('server'),
        mcp_server_scope: 'workspace',
      }),
    ],
    [
      'a binding to a crew server',
      'mcp_server_id',
      '/agents/{agent}/integrations',
      async (foreign) => ({
        mcp_server_id: await foreign.id('crewServer'),
        mcp_server_scope: 'crew',
      }),
    ],
    [
      'an agent of a crew',
      'crew_id',
      '/agents',
      async (foreign) => ({
        name: 'agent',
        crew_id: await foreign.id('crew'),
      }),
    ],
    [
      'an agent of an owner',
      'owner_id',
      '/agents',
      async (foreign) => ({
        name: 'agent',
        owner_id: await userIdOf(foreign),
      }),
    ],
    [
      'a token of an agent',
      'agent_id',
      '/tokens',
      async (foreign) => ({
        name: 'token',
        kind: 'agent',
        agent_id: await foreign.id('agent'),
      }),
    ],
    [
      'a token of a user',
      'user_id',
      '/tokens',
      async (foreign) => ({
        name: 'token',
        kind: 'user',
        user_id: await userIdOf(foreign),
      }),
    ],
  ])('cannot be referred to: %s is refused with 400', async (_, field, path, body) => {
    const given = await body(other, place);
    const answer = await tenant.owner.post(await place.fill(`/api/v1${path}`), given);
    expectInvalid(answer, field);
    const value = given[field];
    expect(answer.body).toMatchObject({ errors: [{ field, value }] });
  });

  it("do not show in one's own lists", async () => {
    const ids = await Promise.all(things.map((thing) => other.id(thing)));
    const lists = routes.filter(({ method, path }) => method === 'GET' && !/\{(?!workspace)/.test(path));
    for (const { path } of lists) {
      const { status, text } = await tenant.owner.get(await place.fill(path));
      expect(status).toBe(200);
      for (const id of [...ids, other.tenant.id]) expect(text).not.toContain(id);
    }
  });

  it('are as they were after all that', async () => {
    expect(await lookAtOther()).toEqual(otherBefore);
  });
});

describe('things of another crew or agent of the same workspace', () => {
  let tenant: Tenant;
  let place: Place;
  let sibling: Place;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    place = new Place(tenant);
    sibling = new Place(tenant);
  });

  it.each(rows.filter(({ path }) => /\{(crewServer|stdioCrewServer|binding)\}/.test(path)))(
    '$line answers 404 for them',
    async (route) => {
      const instead = {
        crewServer: await sibling.id('crewServer'),
        stdioCrewServer: await sibling.id('stdioCrewServer'),
        binding: await sibling.id('binding'),
      };
      const path = await place.fill(route.path, instead);
      const answer = await tenant.owner.send(route.method, path, { body: await route.body(place) });
      expectProblem(answer, 404, 'not_found');
    },
  );

  it("can't be bound: an agent is refused a server of a crew that it is not in", async () => {
    const serverId = await newCrewServer(tenant, {}, await sibling.id('crew'));
    const body = { mcp_server_id: serverId, mcp_server_scope: 'crew' };
    const agent = await place.id('agent');
    expectInvalid(await tenant.owner.post(`/api/v1/agents/${agent}/integrations`, body), 'mcp_server_id');
    await expect(
      bind(tenant, serverId, { mcp_server_scope: 'crew' }, await sibling.id('agent')),
    ).resolves.toMatch(/^bnd_/);
  });
});
