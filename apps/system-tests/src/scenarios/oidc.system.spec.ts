import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@hawser/testing/eventually';
import { Api, type Answer } from '../harness/api.js';
import { IdentityProvider } from '../harness/identity-provider.js';
import { expectProblem } from '../harness/problems.js';
import { protectedUrl } from '../harness/protected-server.js';
import { newDataDir } from '../harness/data-dir.js';
import { startSystem } from '../harness/the-system.js';
import { newTenant, unique, type Tenant } from '../harness/tenant.js';

// Longer than the gateway waits between two looks at the issuer's keys.
const lookAgainWithinMs = 12_000;

const [alice, bob, brief] = [unique('alice'), unique('bob'), unique('brief')];
let provider: IdentityProvider;
let dataDir: string;
let env: Record<string, string>;
let system: Awaited<ReturnType<typeof startSystem>>;
let foreign: Tenant;

beforeAll(async () => {
  provider = await IdentityProvider.start([alice, bob, brief]);
  env = { OIDC_ISSUER: provider.issuer, OIDC_AUDIENCE: provider.audience };
  dataDir = await newDataDir();
  system = await startSystem({ dataDir, env });
  foreign = await newTenant(new Api(system.gateways, system.ownerToken));
}, 60_000);
afterAll(async () => {
  await system.stop();
  await provider.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const as = async (subject: string): Promise<Api> => new Api(system.gateways, await provider.token(subject));
const detailOf = ({ body }: Answer): string => (body as { detail: string }).detail;
const idsOf = ({ body }: Answer): string[] =>
  (body as { workspaces: { id: string }[] }).workspaces.map(({ id }) => id);

describe('a user whom the issuer vouches for', () => {
  let workspaceId: string;

  it('is nobody in particular before there is a workspace of theirs', async () => {
    const api = await as(alice);
    const me = await api.get('/api/v1/me');
    expect(me.body).toEqual({
      actor: { kind: 'user', id: `oidc:${alice}`, user_id: alice },
      role: null,
      scopes: null,
      workspace: null,
    });
    expect(idsOf(await api.get('/api/v1/workspaces'))).toEqual([]);
  });

  it('may ask before that where an MCP server wants its users to sign in', async () => {
    const answer = await (await as(alice)).post('/api/v1/oauth/discover', { mcp_url: await protectedUrl() });
    expect(answer.body).toMatchObject({ source: 'protected-resource-metadata', supports_pkce: true });
    expect(answer.status).toBe(200);
  });

  it('makes a workspace, and is its OWNER with the JWT and with the token that is answered', async () => {
    const api = await as(alice);
    const made = await api.post('/api/v1/workspaces', { name: unique('Alice') });
    expect(made.status).toBe(201);
    const { id, slug, token } = made.body as { id: string; slug: string; token: string };
    workspaceId = id;
    for (const name of [id, slug]) {
      expect((await api.in(name).get('/api/v1/me')).body).toMatchObject({
        actor: { id: `oidc:${alice}`, user_id: alice, role: 'OWNER' },
        role: 'OWNER',
        workspace: { id },
      });
    }
    expect((await api.as(token).get('/api/v1/me')).body).toMatchObject({
      actor: { user_id: alice, role: 'OWNER' },
      workspace: { id },
    });
    expect(idsOf(await api.get('/api/v1/workspaces'))).toEqual([id]);
  });

  it('makes one workspace with one Idempotency-Key', async () => {
    const api = await as(bob);
    const once = { headers: { 'idempotency-key': unique('once') } };
    const [first, second] = [
      await api.post('/api/v1/workspaces', { name: 'Once' }, once),
      await api.post('/api/v1/workspaces', { name: 'Once' }, once),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect((second.body as { id: string }).id).toBe((first.body as { id: string }).id);
    expect(idsOf(await api.get('/api/v1/workspaces'))).toHaveLength(1);
  });

  it('names the workspace in each request, by query or header, or is told to', async () => {
    const api = await as(alice);
    expectProblem(await api.get('/api/v1/crews'), 400, 'tenant_missing');
    const named = await api.get('/api/v1/crews', { headers: { 'x-account-id': workspaceId } });
    expect(named.status).toBe(200);
    const other = (await api.must('POST', '/api/v1/workspaces', { name: unique('Second') })) as {
      id: string;
    };
    expect((await api.in(other.id).get('/api/v1/me')).body).toMatchObject({ workspace: { id: other.id } });
    expect((await api.in(workspaceId).get('/api/v1/me')).body).toMatchObject({
      workspace: { id: workspaceId },
    });
    expect(idsOf(await api.get('/api/v1/workspaces')).sort()).toEqual([workspaceId, other.id].sort());
    expectProblem(
      await api.in(other.id).get('/api/v1/me', { headers: { 'x-account-id': workspaceId } }),
      400,
      'tenant_conflict',
    );
  });

  it('finds 404 where they are no member, whether or not there is such a workspace', async () => {
    for (const name of [foreign.id, 'demo', 'ws_nowhere']) {
      const api = (await as(alice)).in(name);
      expectProblem(await api.get('/api/v1/integrations'), 404, 'not_found');
      expectProblem(await api.post('/api/v1/crews', { name: 'x' }), 404, 'not_found');
      expectProblem(await api.get('/api/v1/me'), 404, 'not_found');
      expectProblem(await api.in(null).get(`/api/v1/workspaces/${name}`), 404, 'not_found');
      expectProblem(await api.in(null).delete(`/api/v1/workspaces/${name}`), 404, 'not_found');
    }
    expectProblem(
      await (await as(alice)).get(`/api/v1/agents/${foreign.agentId}?workspace_id=${workspaceId}`),
      404,
      'not_found',
    );
  });

  it('does not reach the sandbox, which is for test tokens', async () => {
    const api = (await as(alice)).in(workspaceId);
    const made = await api.post('/api/v1/tokens', { name: 'try', kind: 'user', mode: 'test' });
    expect(made.status).toBe(201);
    const { token, workspace_id: sandbox } = made.body as { token: string; workspace_id: string };
    expect((await api.as(token).in(sandbox).get('/api/v1/crews')).status).toBe(200);
    expectProblem(await api.in(sandbox).get('/api/v1/crews'), 404, 'not_found');
  });

  it('invites another by their sub, who has just the role that they are given', async () => {
    const owner = (await as(alice)).in(workspaceId);
    const guest = (await as(bob)).in(workspaceId);
    expectProblem(await guest.get('/api/v1/crews'), 404, 'not_found');

    const members = `/api/v1/workspaces/${workspaceId}/members`;
    const invited = await owner.post(members, { user_id: bob, role: 'VIEWER' });
    expect(invited.status).toBe(201);
    expect(idsOf(await guest.in(null).get('/api/v1/workspaces'))).toContain(workspaceId);
    expect((await guest.get('/api/v1/me')).body).toMatchObject({ role: 'VIEWER' });
    expect((await guest.get('/api/v1/crews')).status).toBe(200);
    const refused = await guest.post('/api/v1/crews', { name: 'x' });
    expectProblem(refused, 403, 'forbidden');
    expect(detailOf(refused)).toContain('VIEWER');
    expectProblem(await guest.get('/api/v1/tokens'), 403, 'forbidden');
    expectProblem(await guest.post(members, { user_id: 'x', role: 'VIEWER' }), 403, 'forbidden');

    const { id } = invited.body as { id: string };
    await owner.must('PATCH', `${members}/${id}`, { role: 'MANAGER' });
    expect((await guest.post('/api/v1/crews', { name: 'x' })).status).toBe(201);
    await owner.must('DELETE', `${members}/${id}`);
    expectProblem(await guest.get('/api/v1/crews'), 404, 'not_found');
    expect(idsOf(await guest.in(null).get('/api/v1/workspaces'))).not.toContain(workspaceId);
  });

  it('is in the audit log under their own name', async () => {
    const api = (await as(alice)).in(workspaceId);
    const { id } = (await api.must('POST', '/api/v1/integrations', {
      name: unique('server'),
      endpoint: 'https://mcp.example.com/mcp',
    })) as { id: string };
    const noted = await eventually(async () => {
      const { entries } = (await api.must('GET', `/api/v1/audit?actor=oidc:${alice}`)) as {
        entries: { target_id: string; actor_user_id: string }[];
      };
      return entries.find(({ target_id }) => target_id === id);
    });
    expect(noted.actor_user_id).toBe(alice);
  });
});

describe('a token that is not good', () => {
  const refusal = async (token: string): Promise<string> => {
    const answer = await new Api(system.gateways, token).get('/api/v1/me');
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="hawser", error="invalid_token"');
    for (const part of token.split('.')) expect(answer.text).not.toContain(part);
    return detailOf(answer);
  };

  it('is refused with what is wrong: for another audience, expired, changed', async () => {
    const other = await provider.token(alice, 'https://other.example.com/api');
    expect(await refusal(other)).toMatch(/other\.example\.com.*hawser\.example\.com/);
    const token = await provider.token(alice);
    expect(await refusal(`${token.slice(0, -8)}AAAAAAAA`)).toContain('signature');
    const passing = await provider.token(brief);
    await delay(1_500);
    expect(await refusal(passing)).toMatch(/expired at \d{4}-/);
  });

  it('is nowhere in what the program prints', async () => {
    const token = await provider.token(alice);
    await new Api(system.gateways, token).get('/api/v1/me');
    for (const part of token.split('.')) expect(system.stdout + system.stderr).not.toContain(part);
  });
});

describe('when the issuer', () => {
  /** At every gateway: each has looked at the issuer's keys at its own time. */
  const isKnown = async (api: Api): Promise<boolean> => {
    for (let gateway = 0; gateway < api.gateways.urls.length; gateway++)
      if ((await api.get('/api/v1/me')).status !== 200) return false;
    return true;
  };

  it('changes its key, tokens of the new one are soon taken, and those of the old one no more', async () => {
    const before = await as(alice);
    expect((await before.get('/api/v1/me')).status).toBe(200);
    provider.rotate();
    const after = await as(alice);
    await eventually(() => isKnown(after), lookAgainWithinMs);
    const refused = await before.get('/api/v1/me');
    expectProblem(refused, 401, 'unauthenticated');
    expect(detailOf(refused)).toContain(`key that the issuer ${provider.issuer} does not publish`);
  });

  it('is away, its known keys go on; a gateway that starts then knows none, and says so', async () => {
    const api = await as(alice);
    expect((await api.get('/api/v1/me')).status).toBe(200);
    await provider.stop();
    expect((await api.get('/api/v1/me')).status).toBe(200);
    const ownToken = (await newTenant(new Api(system.gateways, system.ownerToken))).owner.token;

    await system.stop();
    system = await startSystem({ dataDir, env });
    const own = new Api(system.gateways, ownToken);
    const withJwt = own.as(api.token);
    expect((await own.get('/api/v1/me')).status).toBe(200);
    const refused = await withJwt.get('/api/v1/me');
    expectProblem(refused, 503, 'service_unavailable');
    expect(detailOf(refused)).toContain(provider.issuer);
    expect(refused.body).toMatchObject({ issuer: provider.issuer });

    await provider.listen();
    await eventually(() => isKnown(withJwt), lookAgainWithinMs);
  });

  it('hangs, own tokens are as fast as ever, and a JWT waits no longer than five seconds', async () => {
    const [token, ownToken] = [await provider.token(alice), foreign.owner.token];
    await provider.stop();
    provider.hang();
    await provider.listen();
    await system.stop();
    system = await startSystem({ dataDir, env });
    const began = performance.now();
    let refused = false;
    const asked = new Api(system.gateways, token).get('/api/v1/me').finally(() => (refused = true));
    for (let gateway = 0; gateway < system.gateways.urls.length; gateway++)
      expect((await new Api(system.gateways, ownToken).get('/api/v1/me')).status).toBe(200);
    expect(refused).toBe(false);
    expectProblem(await asked, 503, 'service_unavailable');
    // The five seconds, and what a slow machine takes; an issuer that hangs is hung on to for minutes otherwise.
    expect(performance.now() - began).toBeLessThan(15_000);
  });
});
