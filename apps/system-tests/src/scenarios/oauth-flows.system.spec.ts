import { setTimeout as delay } from 'node:timers/promises';
import { startProtectedServer, type ProtectedServer } from '@hawser/testing';
import { startAuthorizationServer, type AuthorizationServer } from '@hawser/testing/authorization-server';
import { eventually } from '@hawser/testing/eventually';
import { Api, type Json } from '../harness/api.js';
import { using } from '../harness/peers.js';
import { expectInvalid, expectProblem } from '../harness/problems.js';
import { returnTo } from '../harness/program-run.js';
import { newTenant, unique, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { resolved } from '../harness/tiers.js';

const loopback = 'http://127.0.0.1:8765/callback';

let anyUser: Api;
let signIns: AuthorizationServer;
let mcp: ProtectedServer;
let tenant: Tenant;
let owner: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
  signIns = await using(startAuthorizationServer());
  mcp = await using(startProtectedServer({ authorizationServer: signIns }));
});
beforeEach(async () => {
  tenant = await newTenant(anyUser);
  owner = tenant.owner;
});

/** Begins to connect the server; answers what the gateway did. */
const connect = (): Promise<Json> =>
  owner.must('POST', '/api/v1/oauth/auto-connect', { mcp_url: mcp.url, server_name: 'protected' });

/** What a browser gets at the callback. */
async function visit(callback: URL | string): Promise<{ status: number; headers: Headers; page: string }> {
  const response = await fetch(callback, { redirect: 'manual' });
  return { status: response.status, headers: response.headers, page: await response.text() };
}

const statusOf = async (id: string): Promise<string> =>
  (await owner.must('GET', `/api/v1/credentials/${id}`)).status as string;
const exchanges = (): number => signIns.tokenRequests['authorization_code'] ?? 0;
const codes = ({ problems }: Json): string[] => problems.map(({ code }: Json) => code as string);

/** The bearer token that the agent has for its one server. */
async function bearer(): Promise<string | undefined> {
  const [{ headers }] = (await resolved(tenant)) as [Json];
  return (headers?.Authorization as string | undefined)?.replace('Bearer ', '');
}

describe('connecting an MCP server', () => {
  it('takes its address and a sign-in, and then the agent has a token that the server takes', async () => {
    const { status, auth_url, credential_id, integration_id, expires_at } = await connect();
    expect([status, Date.parse(expires_at as string) > Date.now()]).toEqual(['authorize', true]);
    const { searchParams } = new URL(auth_url as string);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      state: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      resource: mcp.url,
    });
    const [waiting] = await resolved(tenant);
    expect([waiting.server_id, waiting.headers, codes(waiting)]).toEqual([
      integration_id,
      {},
      ['credential_missing'],
    ]);

    const callback = await signIns.walk(auth_url as string);
    expect(callback.pathname).toBe('/api/v1/oauth/callback');
    const { status: answered, headers, page } = await visit(callback);
    expect([answered, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    for (const [, secret] of callback.searchParams) expect(page).not.toContain(secret);

    const token = await bearer();
    expect(await signIns.accepts(token ?? '')).toBe(true);
    const credential = await owner.must('GET', `/api/v1/credentials/${credential_id}`);
    expect(credential).toMatchObject({
      type: 'oauth2',
      status: 'active',
      allowed_origins: [new URL(mcp.url).origin],
      used_by: [{ kind: 'workspace_server', id: integration_id }],
    });
    expect(await owner.must('POST', `/api/v1/integrations/${integration_id}/test`)).toMatchObject({
      status: 'ok',
    });
    const member = await tenant.as('MEMBER');
    expect(await member.must('POST', `/api/v1/integrations/${integration_id}/test`)).toMatchObject({
      status: 'auth_required',
    });
  });

  it('revokes the token when the credential goes', async () => {
    const { auth_url, credential_id } = await connect();
    await visit(await signIns.walk(auth_url as string));
    const token = (await bearer()) ?? '';
    expect(await owner.must('DELETE', `/api/v1/credentials/${credential_id}?force=true`)).toEqual({
      deleted: true,
      revoked: true,
    });
    expect(await signIns.accepts(token)).toBe(false);
  });

  it('makes nothing when the name is taken', async () => {
    await connect();
    const before = (await owner.must('GET', '/api/v1/credentials')).credentials.length as number;
    const answer = await owner.post('/api/v1/oauth/auto-connect', {
      mcp_url: mcp.url,
      server_name: 'protected',
    });
    expectProblem(answer, 409, 'name_taken');
    expect((await owner.must('GET', '/api/v1/credentials')).credentials).toHaveLength(before);
  });
});

describe('an access token that is over', () => {
  it('is renewed once for a hundred callers, who all get the new one', async () => {
    const shortly = await using(startAuthorizationServer({ accessTokenSeconds: 6 }));
    const server = await using(startProtectedServer({ authorizationServer: shortly }));
    const { auth_url, credential_id } = await owner.must('POST', '/api/v1/oauth/auto-connect', {
      mcp_url: server.url,
      server_name: 'shortly',
    });
    await visit(await shortly.walk(auth_url as string));
    const first = await bearer();
    const agent = await tenant.agentApi();
    await eventually(async () => {
      const { expires_at } = await owner.must('GET', `/api/v1/credentials/${credential_id}`);
      return Date.parse(expires_at as string) < Date.now();
      // The worker may renew it before it is seen to be over; then the next one is waited for.
    }, 40_000);

    const renewals = (): number => shortly.tokenRequests['refresh_token'] ?? 0;
    const before = renewals();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => resolved(tenant, tenant.agentId, agent)),
    );
    const tokens = new Set(answers.map(([{ headers }]) => headers.Authorization as string));
    expect(tokens.size).toBe(1);
    const [token = ''] = [...tokens].map((header) => header.replace('Bearer ', ''));
    expect([token === first, await shortly.accepts(token)]).toEqual([false, true]);
    expect([renewals() - before, shortly.tokenErrors]).toEqual([1, {}]);
  });

  it('fails no answer, of nobody, while its server hangs, and is there again when that is over', async () => {
    const shortly = await using(startAuthorizationServer({ accessTokenSeconds: 6 }));
    const server = await using(startProtectedServer({ authorizationServer: shortly }));
    const { auth_url } = await owner.must('POST', '/api/v1/oauth/auto-connect', {
      mcp_url: server.url,
      server_name: 'hanging',
    });
    await visit(await shortly.walk(auth_url as string));
    const others = await newTenant(anyUser);
    shortly.hang();
    // It is renewed from half of its life on, and nobody has tried yet.
    await delay(3_500);
    const statuses = async (from: Tenant, count: number): Promise<number[]> => {
      const path = `/api/v1/agents/${from.agentId}/integrations/resolved`;
      const answers = await Promise.all(Array.from({ length: count }, () => from.owner.get(path)));
      return [...new Set(answers.map(({ status }) => status))];
    };
    const waiting = statuses(tenant, 40);
    expect(await statuses(others, 10)).toEqual([200]);
    expect(await waiting).toEqual([200]);
    const [left] = (await resolved(tenant)) as [Json];
    expect(codes(left)).toEqual(['credential_unavailable']);
    shortly.release();
    await eventually(async () => (await bearer()) !== undefined, 30_000);
  });
});

describe('the callback', () => {
  let started: Json;
  beforeEach(async () => {
    started = await connect();
  });

  const failsWith = async (callback: URL): Promise<string> => {
    const before = exchanges();
    const { status, headers, page } = await visit(callback);
    expect([status, headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(exchanges()).toBe(before);
    expect(await statusOf(started.credential_id as string)).toBe('pending');
    return page;
  };

  it('tells a user who said no, and lets nobody in by that state any more', async () => {
    const declined = await signIns.walk(started.auth_url as string, { consent: false });
    expect(declined.searchParams.get('error')).toBe('access_denied');
    await failsWith(declined);
    declined.searchParams.delete('error');
    declined.searchParams.set('code', 'a-code');
    await failsWith(declined);
  });

  it.each<[string, (callback: URL) => void]>([
    ['an invented state', ({ searchParams }) => searchParams.set('state', 'A'.repeat(43))],
    ['no state', ({ searchParams }) => searchParams.delete('state')],
    ['two states', ({ searchParams }) => searchParams.append('state', 'x')],
    ['no code', ({ searchParams }) => searchParams.delete('code')],
    ['another issuer', ({ searchParams }) => searchParams.set('iss', 'https://evil.example.com')],
    ['no issuer', ({ searchParams }) => searchParams.delete('iss')],
  ])('refuses %s, and exchanges nothing', async (_, change) => {
    const callback = await signIns.walk(started.auth_url as string);
    change(callback);
    await failsWith(callback);
  });

  it('repeats nothing that it was sent', async () => {
    const callback = new URL('/api/v1/oauth/callback', anyUser.gateways.next());
    for (const name of ['state', 'code', 'error', 'error_description', 'iss'])
      callback.searchParams.set(name, `<script>alert('${name}')</script>`);
    expect(await failsWith(callback)).not.toMatch(/alert|<script/);
  });

  it('takes a state once, also when it comes twice at the same time', async () => {
    const callback = await signIns.walk(started.auth_url as string);
    const before = exchanges();
    const visits = await Promise.all([visit(callback), visit(callback)]);
    expect(visits.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect((await visit(callback)).status).toBe(400);
    expect(exchanges()).toBe(before + 1);
  });

  it('sends the browser on to a place that is on the list, and to no other', async () => {
    const again = { credential_id: started.credential_id as string };
    const { auth_url } = await owner.must('POST', '/api/v1/oauth/initiate', {
      ...again,
      return_to: returnTo,
    });
    const { status, headers } = await visit(await signIns.walk(auth_url as string));
    const location = new URL(headers.get('location') ?? '');
    expect([status, `${location.origin}${location.pathname}`]).toEqual([302, returnTo]);
    expect(Object.fromEntries(location.searchParams)).toEqual({ status: 'connected', ...again });
    for (const elsewhere of [
      `${returnTo}/`,
      returnTo.slice(0, -1),
      returnTo.toUpperCase(),
      'javascript:alert(1)',
      'https://app.example.com@evil.example.com/connected',
      'https://app.example.com\\@evil.example.com/connected',
    ])
      for (const field of ['return_to', 'redirect_uri'])
        expectInvalid(await owner.post('/api/v1/oauth/initiate', { ...again, [field]: elsewhere }), field);
  });
});

describe('a program that listens itself', () => {
  it('begins at its own port and exchanges the code that comes there', async () => {
    const { credential_id } = await connect();
    const started = await owner.must('POST', '/api/v1/oauth/loopback', { credential_id, port: 8765 });
    expect(started.redirect_uri).toBe(loopback);
    const { searchParams } = await signIns.walk(started.auth_url as string);
    const [code, state, iss] = ['code', 'state', 'iss'].map((name) => searchParams.get(name));
    const body = { credential_id, code, state, iss };

    const other = await newTenant(anyUser);
    expectProblem(await other.owner.post('/api/v1/oauth/exchange', body), 404, 'not_found');
    const stranger = await tenant.as('MEMBER');
    expectProblem(await stranger.post('/api/v1/oauth/exchange', body), 400, 'oauth_state_invalid');
    const callback = new URL(`/api/v1/oauth/callback?${searchParams.toString()}`, anyUser.gateways.next());
    expect((await visit(callback)).status).toBe(400);

    expect(await owner.must('POST', '/api/v1/oauth/exchange', body)).toEqual({
      status: 'active',
      credential_id,
    });
    expect(await signIns.accepts((await bearer()) ?? '')).toBe(true);
    expectProblem(await owner.post('/api/v1/oauth/exchange', body), 400, 'oauth_state_invalid');
  });
});

describe('the providers', () => {
  it('are listed for everybody, with or without a workspace', async () => {
    const viewer = await tenant.as('VIEWER');
    const listed = (await viewer.must('GET', '/api/v1/oauth/providers')) as Json[];
    expect(listed.map(({ id }) => id as string)).toEqual(
      expect.arrayContaining([
        ...['google', 'slack', 'github', 'microsoft', 'linear', 'gitlab', 'cloudflare', 'stripe', 'notion'],
        ...['atlassian', 'hubspot', 'asana', 'dropbox', 'zoom', 'discord'],
      ]),
    );
    const without = await owner.in(null).get('/api/v1/oauth/providers');
    expect([without.status, without.body]).toEqual([200, listed]);
  });

  it('are signed in to by a client of the workspace', async () => {
    const begin = { provider: 'github', name: unique('gh') };
    expectProblem(await owner.post('/api/v1/oauth/initiate', begin), 409, 'oauth_client_missing');
    await owner.must('PUT', '/api/v1/oauth/providers/github/client', {
      client_id: 'gh-client',
      client_secret: 'gh-secret',
    });
    const { auth_url } = await owner.must('POST', '/api/v1/oauth/initiate', begin);
    const { origin, pathname, searchParams } = new URL(auth_url as string);
    expect(`${origin}${pathname}`).toBe('https://github.com/login/oauth/authorize');
    expect(searchParams.get('client_id')).toBe('gh-client');
    const listed = (await owner.must('GET', '/api/v1/oauth/providers')) as Json[];
    expect(listed.filter(({ configured }) => configured as boolean).map(({ id }) => id as string)).toEqual([
      'github',
    ]);
    expect(JSON.stringify(listed)).not.toContain('gh-');
  });
});
