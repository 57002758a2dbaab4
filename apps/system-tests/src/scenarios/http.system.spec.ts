import { Api, type Answer, type Ask } from '../harness/api.js';
import { expectProblem } from '../harness/problems.js';
import { newTenant, unique, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';

/** As tools/shared-system.mjs lets it. */
const allowed = 'https://app.example.com';

let anyUser: Api;
let nobody: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
  nobody = new Api(system.gateways, null);
}, 60_000);

describe('the workspace that a request names', () => {
  let tenant: Tenant;
  let slug: string;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    slug = ((await tenant.owner.must('GET', `/api/v1/workspaces/${tenant.id}`)) as { slug: string }).slug;
    await tenant.newServer({ name: 'here' });
  });
  const list = (query: string, account?: string): Promise<Answer> =>
    tenant.owner.in(null).get(`/api/v1/integrations${query}`, {
      headers: account === undefined ? {} : { 'x-account-id': account },
    });

  it('is missing from a request that has neither the parameter nor the header: 400 names both', async () => {
    for (const answer of [await list(''), await list('?workspace_id='), await list('?workspace_id=', '')]) {
      expectProblem(answer, 400, 'tenant_missing');
      const { detail } = answer.body as { detail: string };
      expect(detail).toContain('workspace_id');
      expect(detail).toContain('X-Account-ID');
    }
  });

  it('may be named by id or slug, in the parameter, in the header, or alike in both', async () => {
    for (const name of [tenant.id, slug]) {
      for (const answer of [
        await list(`?workspace_id=${name}`),
        await list('', name),
        await list(`?workspace_id=${name}`, name),
      ]) {
        expect([answer.status, answer.body]).toEqual([200, [expect.objectContaining({ name: 'here' })]]);
      }
    }
  });

  it('must be one: two that differ are 400, and both are shown', async () => {
    const answer = await list(`?workspace_id=${tenant.id}`, 'demo');
    expectProblem(answer, 400, 'tenant_conflict');
    const { detail } = answer.body as { detail: string };
    expect(detail).toContain(tenant.id);
    expect(detail).toContain('demo');
    expectProblem(await list('?workspace_id=demo&workspace_id=other'), 400, 'tenant_conflict');
  });

  it('must be the one of the token: any other, there or not, is 404', async () => {
    for (const name of ['demo', 'nowhere', 'ws_nowhere'])
      expectProblem(await list(`?workspace_id=${name}`), 404, 'not_found');
  });

  it('is not asked for where the token says it: /me and /workspaces', async () => {
    expect((await tenant.owner.in(null).get('/api/v1/me')).body).toMatchObject({
      workspace: { id: tenant.id },
    });
    const { body } = await tenant.owner.in(null).get('/api/v1/workspaces');
    expect(body).toMatchObject({ workspaces: [{ id: tenant.id }] });
  });

  it('is not asked for before it is known who asks: no token is 401', async () => {
    expectProblem(await nobody.get('/api/v1/integrations'), 401, 'unauthenticated');
  });
});

describe('the id of a request', () => {
  const ask = (ask: Ask = {}, path = '/healthz'): Promise<Answer> => nobody.get(path, ask);

  it("is the caller's own where that is fit to be logged, in problems too", async () => {
    const id = `${unique('caller')}.1:2_3`;
    const ok = await ask({ headers: { 'x-request-id': id } });
    expect(ok.headers.get('x-request-id')).toBe(id);
    const problem = await ask({ headers: { 'x-request-id': id } }, '/api/v1/crews');
    expectProblem(problem, 401, 'unauthenticated');
    expect(problem.body).toMatchObject({ request_id: id });
    const lost = await ask({ headers: { 'x-request-id': id } }, '/nowhere/%zz');
    expect(lost.headers.get('x-request-id')).toBe(id);
  });

  it('is made up where none is given, another each time', async () => {
    const ids = [await ask(), await ask()].map(({ headers }) => headers.get('x-request-id'));
    expect(ids).toEqual([expect.stringMatching(/^req_/), expect.stringMatching(/^req_/)]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it.each(['', 'two words', '<script>', 'a\tb', '{"a":1}', 'x'.repeat(129), 'ü'])(
    'replaces one that is not fit: %j',
    async (hostile) => {
      const answer = await ask({ headers: { 'x-request-id': hostile } }, '/api/v1/crews');
      expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
      expect(answer.body).toMatchObject({ request_id: answer.headers.get('x-request-id') });
    },
  );

  it('is in the audit log beside what the request did', async () => {
    const { owner } = await newTenant(anyUser);
    const id = unique('audited');
    await owner.post('/api/v1/crews', { name: 'Crew' }, { headers: { 'x-request-id': id } });
    expect((await owner.get('/api/v1/audit?action=crew.created')).body).toMatchObject({
      entries: expect.arrayContaining([expect.objectContaining({ request_id: id })]) as unknown,
    });
  });
});

it.each([
  ['a good', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['a malformed', '00-zz-zz-zz'],
  ['an all-zero', '00-00000000000000000000000000000000-0000000000000000-00'],
  ['a far too long', '0'.repeat(5000)],
])('%s traceparent is no reason to refuse a request', async (_, traceparent) => {
  const { status } = await anyUser.get('/api/v1/me', { headers: { traceparent } });
  expect(status).toBe(200);
});

describe('a page in a browser', () => {
  const asFrom = (origin: string): Promise<Answer> => anyUser.get('/api/v1/me', { headers: { origin } });
  const preflight = (origin: string, method: string): Promise<Answer> =>
    nobody.send('OPTIONS', '/api/v1/integrations', {
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers':
          'authorization,content-type,idempotency-key,x-account-id,if-none-match',
      },
    });

  it.each([allowed, 'http://localhost:3000'])('of %s may read answers and their headers', async (origin) => {
    const { headers } = await asFrom(origin);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('vary')).toMatch(/\bOrigin\b/i);
    const exposed = headers.get('access-control-expose-headers')?.toLowerCase().split(/, */);
    expect(exposed).toEqual(expect.arrayContaining(['etag', 'link', 'x-request-id', 'retry-after']));
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each(['https://evil.example.com', 'null', `${allowed}.evil.example`, 'http://app.example.com'])(
    'of %s may not',
    async (origin) => {
      expect((await asFrom(origin)).headers.get('access-control-allow-origin')).toBeNull();
      expect((await preflight(origin, 'POST')).headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it.each(['GET', 'POST', 'PATCH', 'DELETE'])(
    'may ask before it sends %s, with every header of ours',
    async (method) => {
      const { status, headers } = await preflight(allowed, method);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(allowed);
      expect(headers.get('access-control-allow-methods')?.split(/, */)).toContain(method);
      for (const name of [
        'authorization',
        'content-type',
        'idempotency-key',
        'x-account-id',
        'if-none-match',
      ]) {
        expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain(name);
      }
    },
  );

  it('may read why it was refused', async () => {
    const answer = await nobody.get('/api/v1/me', { headers: { origin: allowed } });
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('access-control-allow-origin')).toBe(allowed);
  });
});

describe('health', () => {
  it('says without a token that the process lives and can serve', async () => {
    const alive = await nobody.get('/healthz');
    expect([alive.status, alive.body]).toEqual([200, { status: 'ok' }]);
    const ready = await nobody.get('/readyz');
    expect([ready.status, ready.body]).toEqual([
      200,
      expect.objectContaining({
        status: 'ok',
        details: { directory: expect.objectContaining({ status: 'up' }) as unknown },
      }),
    ]);
  });
});
