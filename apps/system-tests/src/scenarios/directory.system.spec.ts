import { Api, type Answer, type Json } from '../harness/api.js';
import { newTenant, unique, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
const outcome = ({ status, body }: Answer): [number, string] => [status, body.code as string];

let anyUser: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
});

describe('workspaces', () => {
  const make = (body: object): Promise<Answer> => anyUser.post('/api/v1/workspaces', body);
  const pathOf = (name: string): string => `/api/v1/workspaces/${name}`;

  it('are made with a token of their own, with which the maker is OWNER', async () => {
    const { status, body } = await make({ name: 'Überflieger & Co.' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^ws_\w+$/),
      name: 'Überflieger & Co.',
      slug: 'uberflieger-co',
      plan: 'free',
      sandbox_of: null,
      created_at: time,
      updated_at: body.created_at,
      token: expect.stringMatching(/^hws_live_[A-Za-z0-9_-]{43}$/),
    });
    const mine = (await anyUser.get('/api/v1/me')).body;
    expect((await anyUser.as(body.token as string).get('/api/v1/me')).body).toMatchObject({
      actor: { kind: 'user', user_id: mine.actor.user_id },
      role: 'OWNER',
      workspace: { id: body.id, slug: 'uberflieger-co' },
    });
  });

  it('get the next free slug of their name, also when many are made at once', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => make({ name: 'Same Name' })));
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(made.map(({ body }) => body.slug as string).sort()).toEqual([
      'same-name',
      'same-name-2',
      'same-name-3',
      'same-name-4',
      'same-name-5',
    ]);
  });

  it('are refused under a slug that is taken', async () => {
    const slug = unique('slug');
    expect((await make({ name: 'One', slug })).body.slug).toBe(slug);
    expect(outcome(await make({ name: 'Two', slug }))).toEqual([409, 'name_taken']);
  });

  it('are found by id and by slug, and by nobody else', async () => {
    const { body: made } = await make({ name: 'Findable', plan: 'pro' });
    const { token, ...workspace } = made;
    const owner = anyUser.as(token as string);
    for (const name of [workspace.id, workspace.slug] as string[])
      expect((await owner.get(pathOf(name))).body).toEqual(workspace);
    expect((await owner.get('/api/v1/workspaces')).body).toEqual({
      workspaces: [workspace],
      next_cursor: null,
    });
    expect(outcome(await anyUser.get(pathOf(workspace.id as string)))).toEqual([404, 'not_found']);
  });

  it('change name, slug and plan', async () => {
    const { owner, id } = await newTenant(anyUser);
    const slug = unique('slug');
    const { status, body } = await owner.patch(pathOf(id), { name: 'New', slug, plan: 'team' });
    expect([status, body]).toEqual([200, expect.objectContaining({ id, name: 'New', slug, plan: 'team' })]);
    expect((await owner.get(pathOf(slug))).body).toEqual(body);
    expect(outcome(await owner.patch(pathOf(id), { slug: 'demo' }))).toEqual([409, 'name_taken']);
  });

  it('are deleted by an OWNER only, and then every token of theirs is nobody', async () => {
    const tenant = await newTenant(anyUser);
    const others = [await tenant.as('ADMIN'), await tenant.agentApi()];
    for (const api of others) expect((await api.delete(pathOf(tenant.id))).status).toBe(403);
    const answer = await tenant.owner.delete(pathOf(tenant.id));
    expect([answer.status, answer.body]).toEqual([200, { id: tenant.id, deleted: true }]);
    for (const api of [tenant.owner, ...others])
      expect(outcome(await api.get('/api/v1/me'))).toEqual([401, 'unauthenticated']);
  });
});

describe('members', () => {
  let tenant: Tenant;
  let owner: Api;
  let path: string;
  let maker: Json;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    // No member's own token, which would go with a role that these tests take away.
    owner = await tenant.as('OWNER');
    path = `/api/v1/workspaces/${tenant.id}/members`;
    maker = (await owner.must('GET', path)).members[0];
  });
  const add = async (role: string, user_id = unique('user')): Promise<Json> =>
    owner.must('POST', path, { user_id, role });

  it('begin with the maker', async () => {
    expect((await owner.get(path)).body.members).toEqual([
      expect.objectContaining({ workspace_id: tenant.id, role: 'OWNER' }),
    ]);
  });

  it('are added, changed and removed', async () => {
    const body = { user_id: 'user-42', email: 'a@example.com', role: 'MEMBER' };
    const added = await owner.post(path, body);
    expect([added.status, added.body]).toEqual([
      201,
      {
        ...body,
        id: expect.stringMatching(/^mem_\w+$/),
        workspace_id: tenant.id,
        created_at: time,
        updated_at: time,
      },
    ]);
    expect(outcome(await owner.post(path, body))).toEqual([409, 'member_exists']);
    const one = `${path}/${added.body.id}`;
    expect((await owner.patch(one, { role: 'ADMIN', email: null })).body).toMatchObject({
      role: 'ADMIN',
      email: null,
    });
    expect((await owner.delete(one)).body).toEqual({ id: added.body.id, deleted: true });
    expect((await owner.patch(one, { role: 'ADMIN' })).status).toBe(404);
  });

  it('lose their tokens and their agents when they are removed', async () => {
    const member = await add('ADMIN');
    const { token } = await owner.must('POST', '/api/v1/tokens', {
      name: 'theirs',
      kind: 'user',
      user_id: member.user_id,
    });
    const agent = await owner.must('POST', '/api/v1/agents', { name: 'theirs', owner_id: member.user_id });
    expect((await owner.as(token as string).get('/api/v1/me')).body.role).toBe('ADMIN');
    await owner.must('DELETE', `${path}/${member.id}`);
    expect((await owner.as(token as string).get('/api/v1/me')).status).toBe(401);
    expect((await owner.get(`/api/v1/agents/${agent.id}`)).body.owner_id).toBeNull();
  });

  it('include an OWNER at all times', async () => {
    const one = `${path}/${maker.id}`;
    expect(outcome(await owner.patch(one, { role: 'ADMIN' }))).toEqual([409, 'last_owner']);
    expect(outcome(await owner.delete(one))).toEqual([409, 'last_owner']);
  });

  it('include an OWNER also after two are demoted or removed at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const second = await add('OWNER');
      const answers = await Promise.all([
        owner.patch(`${path}/${maker.id}`, { role: 'ADMIN' }),
        round % 2 === 0
          ? owner.patch(`${path}/${second.id}`, { role: 'ADMIN' })
          : owner.delete(`${path}/${second.id}`),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const { members } = (await owner.get(path)).body;
      expect((members as Json[]).filter(({ role }) => role === 'OWNER')).toHaveLength(1);
      await owner.must('PATCH', `${path}/${maker.id}`, { role: 'OWNER' });
      await owner.delete(`${path}/${second.id}`);
    }
  });
});

describe('crews', () => {
  it('are made, listed by name, changed and found, each in its own workspace', async () => {
    const { owner, id, crewId } = await newTenant(anyUser);
    const made = await owner.post('/api/v1/crews', { name: 'Alpha' });
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^crew_\w+$/),
        workspace_id: id,
        name: 'Alpha',
        slug: 'alpha',
        created_at: time,
        updated_at: time,
      },
    ]);
    expect((await owner.must('POST', '/api/v1/crews', { name: 'Alpha' })).slug).toBe('alpha-2');
    expect(outcome(await owner.post('/api/v1/crews', { name: 'B', slug: 'alpha' }))).toEqual([
      409,
      'name_taken',
    ]);
    const path = `/api/v1/crews/${made.body.id}`;
    const changed = await owner.patch(path, { name: 'Zulu', slug: 'zulu' });
    expect(changed.body).toMatchObject({ name: 'Zulu', slug: 'zulu' });
    expect((await owner.get(path)).body).toEqual(changed.body);
    const { crews } = (await owner.get('/api/v1/crews')).body;
    expect((crews as Json[]).map(({ name }) => name as string)).toEqual(['Alpha', 'Crew', 'Zulu']);
    const stranger = (await newTenant(anyUser)).owner;
    expect((await stranger.get(`/api/v1/crews/${crewId}`)).status).toBe(404);
    expect((await stranger.patch(`/api/v1/crews/${crewId}`, { name: 'Mine' })).status).toBe(404);
  });

  it('come page by page, each once', async () => {
    const { owner } = await newTenant(anyUser);
    for (const name of ['a', 'b', 'c', 'd']) await owner.must('POST', '/api/v1/crews', { name });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Json = await owner.must('GET', `/api/v1/crews?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...(page.crews as Json[]).map(({ name }) => name as string));
      cursor = page.next_cursor as string | null;
    }
    expect(seen).toEqual(['Crew', 'a', 'b', 'c', 'd']);
  });
});

describe('agents', () => {
  let tenant: Tenant;
  let owner: Api;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    owner = tenant.owner;
  });

  it('may have a crew and an owner, which null takes from them', async () => {
    const owner_id = (await owner.get('/api/v1/me')).body.actor.user_id as string;
    const body = { name: 'Researcher', crew_id: tenant.crewId, owner_id };
    const made = await owner.post('/api/v1/agents', body);
    expect([made.status, made.body]).toEqual([
      201,
      {
        ...body,
        id: expect.stringMatching(/^agt_\w+$/),
        workspace_id: tenant.id,
        created_at: time,
        updated_at: time,
      },
    ]);
    const path = `/api/v1/agents/${made.body.id}`;
    const cleared = await owner.patch(path, { crew_id: null, owner_id: null });
    expect(cleared.body).toEqual({ ...made.body, crew_id: null, owner_id: null, updated_at: time });
    expect((await owner.get(path)).body).toEqual(cleared.body);
    expect((await owner.patch(path, { name: null })).status).toBe(400);
  });

  it("are refused another workspace's crew and an owner who is no member", async () => {
    const foreign = await (await newTenant(anyUser)).newCrew();
    const path = `/api/v1/agents/${tenant.agentId}`;
    for (const ties of [{ crew_id: foreign }, { crew_id: 'crew_none' }, { owner_id: 'nobody' }]) {
      const field = Object.keys(ties)[0];
      for (const answer of [
        await owner.post('/api/v1/agents', { name: 'x', ...ties }),
        await owner.patch(path, ties),
      ])
        expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, field]);
    }
    expect((await owner.get(path)).body.crew_id).toBe(tenant.crewId);
  });
});
