import { Api, type Answer } from '../harness/api.js';
import { Place } from '../harness/place.js';
import { expectInvalid, expectProblem } from '../harness/problems.js';
import { newTenant, unique, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';

let tenant: Tenant;
let place: Place;
beforeAll(async () => {
  const system = await theSystem();
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
  place = new Place(tenant);
}, 60_000);

const withKey = (key: string): { headers: Record<string, string> } => ({
  headers: { 'idempotency-key': key },
});
const server = (): { name: string; endpoint: string } => ({
  name: unique('s'),
  endpoint: 'https://a.example/mcp',
});

interface Creation {
  what: string;
  path: string;
  /** Where what was made is listed, and under which name, unless in a bare array. */
  list: string;
  under?: string;
  /** Of the answer, shown this once. */
  secret?: string;
  body: () => Promise<Record<string, unknown>> | Record<string, unknown>;
}

const creations: Creation[] = [
  { what: 'workspace server', path: '/integrations', list: '/integrations', body: server },
  {
    what: 'crew server',
    path: '/crews/{crew}/integrations',
    list: '/crews/{crew}/integrations',
    body: server,
  },
  {
    what: 'binding',
    path: '/agents/{agent}/integrations',
    list: '/agents/{agent}/integrations',
    body: async () => ({ mcp_server_id: await tenant.newServer(), mcp_server_scope: 'workspace' }),
  },
  { what: 'crew', path: '/crews', list: '/crews', under: 'crews', body: () => ({ name: unique('Crew') }) },
  {
    what: 'agent',
    path: '/agents',
    list: '/agents',
    under: 'agents',
    body: () => ({ name: unique('Agent') }),
  },
  {
    what: 'member',
    path: '/workspaces/{workspace}/members',
    list: '/workspaces/{workspace}/members',
    under: 'members',
    body: () => ({ user_id: unique('user'), role: 'VIEWER' }),
  },
  {
    what: 'token',
    path: '/tokens',
    list: '/tokens',
    under: 'tokens',
    secret: 'token',
    body: () => ({ name: unique('token'), kind: 'service', role: 'VIEWER' }),
  },
];

/** Ids in a list, all of it. */
async function listed({ list, under }: Creation): Promise<string[]> {
  const body = await tenant.owner.must('GET', `${await place.fill(`/api/v1${list}`)}?limit=1000`);
  const items = (under === undefined ? body : body[under]) as { id: string }[];
  return items.map(({ id }) => id);
}

describe.each(creations)('a $what made with an Idempotency-Key', (creation) => {
  const create = async (body: object, key: string, api = tenant.owner): Promise<Answer> =>
    api.post(await place.fill(`/api/v1${creation.path}`), body, withKey(key));
  const remembered = (first: Answer): unknown =>
    creation.secret === undefined ? first.body : { ...(first.body as object), [creation.secret]: null };

  it('is made once, and the same request brings the same answer back, less a secret', async () => {
    const body = await creation.body();
    const key = unique('key');
    const first = await create(body, key);
    expect(first.status).toBe(201);
    const before = await listed(creation);
    const again = await create(body, key);
    expect([again.status, again.body]).toEqual([201, remembered(first)]);
    expect(await listed(creation)).toEqual(before);
    if (creation.secret !== undefined)
      expect((first.body as Record<string, unknown>)[creation.secret]).toMatch(/./);
  });

  it('is made once by ten requests at once, all of which get its answer', async () => {
    const body = await creation.body();
    const key = unique('key');
    const before = await listed(creation);
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(body, key)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    const withoutSecret = answers.map((answer) => remembered(answer));
    for (const answer of withoutSecret) expect(answer).toEqual(withoutSecret[0]);
    expect((await listed(creation)).length).toBe(before.length + 1);
  });

  it('makes the key useless for another body: 422', async () => {
    const key = unique('key');
    expect((await create(await creation.body(), key)).status).toBe(201);
    const before = await listed(creation);
    const answer = await create(await creation.body(), key);
    expectProblem(answer, 422, 'idempotency_key_reused');
    expect((answer.body as { detail: string }).detail).toContain(key);
    expect(await listed(creation)).toEqual(before);
  });

  it('leaves the key to every other caller', async () => {
    const key = unique('key');
    expect((await create(await creation.body(), key)).status).toBe(201);
    expect((await create(await creation.body(), key, await tenant.as('OWNER'))).status).toBe(201);
  });
});

it('a workspace made with an Idempotency-Key is made once, and its token is not shown again', async () => {
  const body = { name: unique('Tenant') };
  const key = unique('key');
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => tenant.owner.post('/api/v1/workspaces', body, withKey(key))),
  );
  expect(new Set(answers.map(({ body: made }) => (made as { id: string }).id)).size).toBe(1);
  const tokens = answers.map(({ body: made }) => (made as { token: string | null }).token);
  expect(tokens.filter((token) => token !== null)).toEqual([expect.stringMatching(/^hws_live_/)]);
});

describe('an Idempotency-Key', () => {
  const post = (key: string, body: object = server()): Promise<Answer> =>
    tenant.owner.post('/api/v1/integrations', body, withKey(key));

  it('has 1 to 255 visible characters', async () => {
    expect((await post('k'.repeat(255))).status).toBe(201);
    for (const key of ['k'.repeat(256), 'two words', '', 'schlüssel']) {
      expectInvalid(await post(key), 'Idempotency-Key');
    }
  });

  it('is not used up by a request that fails', async () => {
    const key = unique('key');
    const taken = server();
    await tenant.newServer(taken);
    expectProblem(await post(key, taken), 409, 'name_taken');
    expectInvalid(await post(key, { name: 'x' }), 'endpoint');
    expect((await post(key)).status).toBe(201);
  });

  it('is of one route: with another it is reused', async () => {
    const key = unique('key');
    const body = server();
    expect((await post(key, body)).status).toBe(201);
    const answer = await tenant.owner.post(`/api/v1/crews/${tenant.crewId}/integrations`, body, withKey(key));
    expectProblem(answer, 422, 'idempotency_key_reused');
  });

  it('is of one agent: with the same body for another it is reused', async () => {
    const key = unique('key');
    const body = { mcp_server_id: await tenant.newServer(), mcp_server_scope: 'workspace' };
    const [one, two] = [await tenant.newAgent(), await tenant.newAgent()];
    expect((await tenant.owner.post(`/api/v1/agents/${one}/integrations`, body, withKey(key))).status).toBe(
      201,
    );
    const answer = await tenant.owner.post(`/api/v1/agents/${two}/integrations`, body, withKey(key));
    expectProblem(answer, 422, 'idempotency_key_reused');
  });

  it('still brings the answer back when what was made is gone', async () => {
    const key = unique('key');
    const body = server();
    const first = await post(key, body);
    await tenant.owner.must('DELETE', `/api/v1/integrations/${(first.body as { id: string }).id}`);
    expect((await post(key, body)).body).toEqual(first.body);
  });

  it('means nothing to a PATCH', async () => {
    const path = `/api/v1/integrations/${await tenant.newServer()}`;
    const key = unique('key');
    expect((await tenant.owner.patch(path, { enabled: false }, withKey(key))).body).toMatchObject({
      enabled: false,
    });
    expect((await tenant.owner.patch(path, { enabled: true }, withKey(key))).body).toMatchObject({
      enabled: true,
    });
  });
});
