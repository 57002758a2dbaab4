import { Api, type Answer, type Ask } from '../harness/api.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { bind, newCrewServer } from '../harness/tiers.js';

let anyUser: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
}, 60_000);

describe('a list of 250', () => {
  let tenant: Tenant;
  const names = Array.from({ length: 250 }, (_, index) => `server-${String(index).padStart(3, '0')}`);
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    for (let done = 0; done < names.length; done += 25) {
      await Promise.all(names.slice(done, done + 25).map((name) => tenant.newServer({ name })));
    }
  }, 60_000);

  const nextOf = ({ headers }: Answer): string | undefined =>
    /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
  /** Pages of names, from the first one on. */
  async function walk(api: Api, path: string, ask: Ask = {}): Promise<string[][]> {
    const pages: string[][] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const answer: Answer = await api.get(next, ask);
      expect(answer.status).toBe(200);
      pages.push((answer.body as { name: string }[]).map(({ name }) => name));
      next = nextOf(answer);
    }
    return pages;
  }

  it('is walked by its Link headers, 100 a page, each server once', async () => {
    const pages = await walk(
      tenant.owner.in(null),
      `/api/v1/integrations?limit=100&workspace_id=${tenant.id}`,
    );
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(pages.flat()).toEqual(names);
  });

  it('has 100 a page when no limit is given, also for a caller who names the workspace in the header', async () => {
    const pages = await walk(tenant.owner.in(null), '/api/v1/integrations', {
      headers: { 'x-account-id': tenant.id },
    });
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 50]);
  });

  it('has no Link when all of it was answered, and none after a page that ends it exactly', async () => {
    expect(nextOf(await tenant.owner.get('/api/v1/integrations?limit=1000'))).toBeUndefined();
    expect(await walk(tenant.owner, '/api/v1/integrations?limit=125')).toHaveLength(2);
    expect(await walk(tenant.owner, '/api/v1/integrations?limit=249')).toHaveLength(2);
  });

  it('goes on where it was when the row that a page ended with is gone', async () => {
    const path = '/api/v1/integrations?limit=100';
    const first = await tenant.owner.get(path);
    const last = (first.body as { id: string; name: string }[]).at(-1);
    await tenant.owner.must('DELETE', `/api/v1/integrations/${last?.id}`);
    const second = await tenant.owner.get(nextOf(first) as string);
    expect((second.body as { name: string }[])[0]?.name).toBe('server-100');
    await tenant.newServer({ name: last?.name });
  });

  it('is as well walked for crew servers, all crews together, and bindings', async () => {
    const servers = (await tenant.owner.must('GET', '/api/v1/integrations?limit=5')) as { id: string }[];
    for (const { id } of servers) await bind(tenant, id);
    for (const crew of [tenant.crewId, await tenant.newCrew()]) {
      for (const name of ['a', 'b', 'c']) await newCrewServer(tenant, { name }, crew);
    }
    for (const [path, length] of [
      [`/api/v1/agents/${tenant.agentId}/integrations`, 5],
      [`/api/v1/crews/${tenant.crewId}/integrations`, 3],
      ['/api/v1/integrations/crews', 6],
    ] as const) {
      const pages = await walk(tenant.owner, `${path}?limit=2`);
      expect(pages.flat()).toHaveLength(length);
      expect(pages).toHaveLength(Math.ceil(length / 2));
    }
  });
});

describe('a list of the directory', () => {
  it.each(['crews', 'agents', 'tokens', 'members', 'audit'])(
    'of %s is walked by next_cursor',
    async (what) => {
      const tenant = await newTenant(anyUser);
      for (let made = 0; made < 4; made += 1) {
        await tenant.newCrew();
        await tenant.newAgent();
        await tenant.member('VIEWER');
      }
      const path = what === 'members' ? `/api/v1/workspaces/${tenant.id}/members` : `/api/v1/${what}`;
      const key = what === 'audit' ? 'entries' : what;
      const idsOf = (body: Record<string, { id: string }[]>): string[] =>
        (body[key] ?? []).map(({ id }) => id);
      const all = (await tenant.owner.must('GET', path)) as Record<string, { id: string }[]>;

      const walked: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page = await tenant.owner.must('GET', `${path}?limit=2${cursor && `&cursor=${cursor}`}`);
        expect(idsOf(page).length).toBeLessThanOrEqual(2);
        walked.push(...idsOf(page));
        cursor = page.next_cursor as string | null;
      }
      expect(walked.length).toBeGreaterThanOrEqual(5);
      expect(walked).toEqual(idsOf(all));
    },
  );
});
