import { Api, type Answer } from '../harness/api.js';
import { Place } from '../harness/place.js';
import { expectProblem } from '../harness/problems.js';
import { newTenant, unique, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';

let tenant: Tenant;
beforeAll(async () => {
  const system = await theSystem();
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
}, 60_000);

interface Once {
  what: string;
  path: string;
  code: string;
  /** The field that is in the way of a second one. */
  field: string;
  /** Bodies that cannot stand beside each other. */
  bodies: (place: Place) => Promise<[Record<string, unknown>, Record<string, unknown>]>;
}

const endpoint = 'https://mcp.example.com/mcp';

const cases: Once[] = [
  {
    what: 'workspace server of a name',
    path: '/api/v1/integrations',
    code: 'name_taken',
    field: 'name',
    bodies: () => {
      const name = unique('server');
      return Promise.resolve([
        { name, endpoint },
        { name, transport: 'stdio', command: 'npx' },
      ]);
    },
  },
  {
    what: 'crew server of a name',
    path: '/api/v1/crews/{crew}/integrations',
    code: 'name_taken',
    field: 'name',
    bodies: () => {
      const name = unique('server');
      return Promise.resolve([
        { name, endpoint },
        { name, endpoint: `${endpoint}/2` },
      ]);
    },
  },
  {
    what: 'override of a workspace server in a crew',
    path: '/api/v1/crews/{crew}/integrations',
    code: 'override_exists',
    field: 'workspace_mcp_server_id',
    bodies: async (place) => {
      const workspace_mcp_server_id = await place.id('server');
      return [
        { name: 'one', workspace_mcp_server_id },
        { name: 'two', workspace_mcp_server_id },
      ];
    },
  },
  {
    what: 'binding of an agent to a workspace server',
    path: '/api/v1/agents/{agent}/integrations',
    code: 'already_bound',
    field: 'mcp_server_id',
    bodies: async (place) => {
      const bound = { mcp_server_id: await place.id('server'), mcp_server_scope: 'workspace' };
      return [bound, { ...bound, enabled: false }];
    },
  },
  {
    what: 'binding of an agent to a crew server',
    path: '/api/v1/agents/{agent}/integrations',
    code: 'already_bound',
    field: 'mcp_server_id',
    bodies: async (place) => {
      const bound = { mcp_server_id: await place.id('crewServer'), mcp_server_scope: 'crew' };
      return [bound, { ...bound, env_var_name: 'TOKEN' }];
    },
  },
  {
    what: 'membership of a user',
    path: '/api/v1/workspaces/{workspace}/members',
    code: 'member_exists',
    field: 'user_id',
    bodies: () => {
      const user_id = unique('user');
      return Promise.resolve([
        { user_id, role: 'VIEWER' },
        { user_id, role: 'ADMIN' },
      ]);
    },
  },
  {
    what: 'crew of a slug',
    path: '/api/v1/crews',
    code: 'name_taken',
    field: 'slug',
    bodies: () => {
      const slug = unique('crew');
      return Promise.resolve([
        { name: 'One', slug },
        { name: 'Two', slug },
      ]);
    },
  },
  {
    what: 'workspace of a slug',
    path: '/api/v1/workspaces',
    code: 'name_taken',
    field: 'slug',
    bodies: () => {
      const slug = unique('workspace');
      return Promise.resolve([
        { name: 'One', slug },
        { name: 'Two', slug },
      ]);
    },
  },
];

describe.each(cases)('a second $what', ({ path, code, field, bodies }) => {
  const expectConflict = (answer: Answer, value: unknown): void => {
    expectProblem(answer, 409, code);
    expect(answer.body).toMatchObject({
      field,
      value,
      detail: expect.stringContaining(String(value)) as unknown,
    });
  };

  it('is refused with 409, which names what is in the way', async () => {
    const place = new Place(tenant);
    const [first, second] = await bodies(place);
    const filled = await place.fill(path);
    expect((await tenant.owner.post(filled, first)).status).toBe(201);
    expectConflict(await tenant.owner.post(filled, second), second[field]);
    expect((await tenant.owner.post(filled, first)).status).toBe(409);
  });

  it('is refused when it comes at the same time: of ten, one is made', async () => {
    const place = new Place(tenant);
    const [first, second] = await bodies(place);
    const filled = await place.fill(path);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => tenant.owner.post(filled, index % 2 === 0 ? first : second)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });
});

describe('what looks like a conflict and is none', () => {
  it('the same name in the workspace, in two crews and in another workspace', async () => {
    const name = unique('server');
    const other = await newTenant(tenant.owner);
    const made = await Promise.all([
      tenant.owner.post('/api/v1/integrations', { name, endpoint }),
      tenant.owner.post(`/api/v1/crews/${tenant.crewId}/integrations`, { name, endpoint }),
      tenant.owner.post(`/api/v1/crews/${await tenant.newCrew()}/integrations`, { name, endpoint }),
      other.owner.post('/api/v1/integrations', { name, endpoint }),
    ]);
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  it('names that differ in case only', async () => {
    const name = unique('server');
    const made = await Promise.all(
      [name, name.toUpperCase()].map((each) =>
        tenant.owner.post('/api/v1/integrations', { name: each, endpoint }),
      ),
    );
    expect(made.map(({ status }) => status)).toEqual([201, 201]);
  });

  it('a name that has become free', async () => {
    const name = unique('server');
    const id = await tenant.newServer({ name });
    await tenant.owner.must('DELETE', `/api/v1/integrations/${id}`);
    await expect(tenant.newServer({ name })).resolves.toMatch(/^srv_/);
  });

  it('overrides of one server in two crews, and two agents bound to it', async () => {
    const server = await tenant.newServer();
    const crews = [tenant.crewId, await tenant.newCrew()];
    const agents = [tenant.agentId, await tenant.newAgent()];
    const made = await Promise.all([
      ...crews.map((crew) =>
        tenant.owner.post(`/api/v1/crews/${crew}/integrations`, {
          name: 'o',
          workspace_mcp_server_id: server,
        }),
      ),
      ...agents.map((agent) =>
        tenant.owner.post(`/api/v1/agents/${agent}/integrations`, {
          mcp_server_id: server,
          mcp_server_scope: 'workspace',
        }),
      ),
    ]);
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  it('two crews of one name made at the same time, which get slugs of their own', async () => {
    const name = unique('Crew');
    const made = await Promise.all(
      Array.from({ length: 10 }, () => tenant.owner.must('POST', '/api/v1/crews', { name })),
    );
    expect(new Set(made.map(({ slug }: { slug: string }) => slug)).size).toBe(10);
  });
});
