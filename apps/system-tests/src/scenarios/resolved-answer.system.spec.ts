import { Api, type Answer, type Json } from '../harness/api.js';
import { theSystem } from '../harness/the-system.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { bind, explained, newCrewServer, resolved } from '../harness/tiers.js';

let anyUser: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
});

const pathOf = (agentId: string): string => `/api/v1/agents/${agentId}/integrations/resolved`;
const etagOf = ({ headers }: Answer): string => headers.get('etag') ?? 'none';

describe('the explanation', () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
  });

  it('gives every server of the answer with the row of every field, and the others with their reason', async () => {
    const server = await tenant.newServer({
      name: 'github',
      icon: 'cat',
      headers_json: '{"X-Team":"all","X-Env":"prod"}',
      config_json: '{"log":{"level":"info"}}',
    });
    const override = await newCrewServer(tenant, {
      workspace_mcp_server_id: server,
      display_name: 'Ours',
      headers_json: '{"x-team":"ours"}',
    });
    const binding = await bind(tenant, server, { config_override_json: '{"region":"eu"}' });
    const unbound = await tenant.newServer({ name: 'unbound', exposure: 'bound' });
    const [workspace, crew, agent] = [
      { tier: 'workspace', id: server },
      { tier: 'crew', id: override },
      { tier: 'agent', id: binding },
    ];

    const explanation = await explained(tenant);
    expect(Object.keys(explanation as object)).toEqual(['servers', 'left_out']);
    const { origins, ...entry } = explanation.servers[0];
    expect([entry]).toEqual(await resolved(tenant));
    expect(origins).toEqual({
      server_id: workspace,
      crew_server_id: crew,
      scope: workspace,
      name: workspace,
      display_name: crew,
      transport: workspace,
      endpoint: workspace,
      command: null,
      args_json: null,
      env_json: null,
      config_json: { '/log/level': workspace, '/region': agent },
      icon: workspace,
      enabled: crew,
      binding_id: agent,
      credential_id: null,
      credential_name: null,
      cred_type: null,
      headers: { 'x-team': crew, 'X-Env': workspace },
      tools: { disabled: crew },
      problems: null,
    });
    expect(explanation.left_out).toEqual([
      {
        server_id: unbound,
        crew_server_id: null,
        scope: 'workspace',
        name: 'unbound',
        reason: 'not_bound',
        by: { tier: 'workspace', id: unbound },
        message: expect.stringContaining('unbound'),
      },
    ]);
  });

  it('is asked for by explain=true and nothing else', async () => {
    const path = pathOf(tenant.agentId);
    const answer = await tenant.owner.get(`${path}?explain=maybe`);
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, 'explain']);
    expect(Array.isArray((await tenant.owner.get(`${path}?explain=false`)).body)).toBe(true);
  });
});

describe('the validator of an answer', () => {
  let tenant: Tenant;
  let path: string;
  let server: string;
  let first: Answer;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    path = pathOf(tenant.agentId);
    server = await tenant.newServer({ name: 'github' });
    first = await tenant.owner.get(path);
  });
  const askWith = (ifNoneMatch: string, api = tenant.owner): Promise<Answer> =>
    api.get(path, { headers: { 'if-none-match': ifNoneMatch } });

  it('is a strong ETag, and nothing in between may keep the answer', () => {
    expect(etagOf(first)).toMatch(/^"[^"]+"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-store');
    expect(first.headers.get('content-type')).toMatch(/^application\/json/);
  });

  it.each([
    ['itself', (etag: string) => etag],
    ['its weak form', (etag: string) => `W/${etag}`],
    ['a list that has it', (etag: string) => `"other", W/"another", ${etag}`],
    ['a list without spaces', (etag: string) => `"other",${etag}`],
    ['a star', () => '*'],
  ])('brings 304 without a body to whoever sends %s', async (_, ifNoneMatch) => {
    const answer = await askWith(ifNoneMatch(etagOf(first)));
    expect([answer.status, answer.text]).toEqual([304, '']);
    expect(etagOf(answer)).toBe(etagOf(first));
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  it('brings the answer to whoever sends another, or only a part of it', async () => {
    for (const other of ['"other"', etagOf(first).slice(1, -1), etagOf(first).slice(0, -2) + '"']) {
      const answer = await askWith(other);
      expect([answer.status, answer.text]).toEqual([200, first.text]);
    }
  });

  it('is the same, with the same bytes, over 20 answers', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => tenant.owner.get(path)));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([first.text]));
    expect(new Set(answers.map(etagOf))).toEqual(new Set([etagOf(first)]));
  });

  it('changes with the state, and comes back with it', async () => {
    await tenant.owner.must('PATCH', `/api/v1/integrations/${server}`, { icon: 'cat' });
    const changed = await askWith(etagOf(first));
    expect([changed.status, changed.body[0].icon]).toEqual([200, 'cat']);
    expect(etagOf(changed)).not.toBe(etagOf(first));
    await tenant.owner.must('PATCH', `/api/v1/integrations/${server}`, { icon: null });
    expect((await askWith(etagOf(first))).status).toBe(304);
  });

  it('is another for those who get secrets redacted, and for the explanation', async () => {
    const viewer = await tenant.as('VIEWER');
    const redacted = await viewer.get(path);
    expect(redacted.status).toBe(200);
    expect(etagOf(redacted)).not.toBe(etagOf(first));
    expect((await askWith(etagOf(first), viewer)).status).toBe(200);
    expect((await askWith(etagOf(redacted), viewer)).status).toBe(304);
    expect((await askWith(etagOf(redacted))).status).toBe(200);
    expect(etagOf(await tenant.owner.get(`${path}?explain=true`))).not.toBe(etagOf(first));
  });

  it('is the same for ADMIN and for the agent itself as for OWNER', async () => {
    for (const api of [await tenant.as('ADMIN'), await tenant.agentApi()]) {
      const answer = await api.get(path);
      expect([answer.text, etagOf(answer)]).toEqual([first.text, etagOf(first)]);
    }
  });
});

describe('an answer', () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
  });

  it("is an agent's own business: its token reads no other agent's", async () => {
    const runtime = await tenant.agentApi();
    const other = await tenant.newAgent();
    expect((await runtime.get(pathOf(tenant.agentId))).status).toBe(200);
    expect((await runtime.get(pathOf(other))).status).toBe(403);
    expect((await tenant.owner.get(pathOf('agt_none'))).status).toBe(404);
  });

  it('shows every change at once, a hundred times in a row', async () => {
    const server = await tenant.newServer({ name: 'changing' });
    const seen: string[] = [];
    const wanted = Array.from({ length: 100 }, (_, round) => `icon-${round}`);
    for (const icon of wanted) {
      await tenant.owner.must('PATCH', `/api/v1/integrations/${server}`, { icon });
      seen.push((await resolved(tenant))[0].icon as string);
    }
    expect(seen).toEqual(wanted);
  });

  it('shows at once that the agent changed crew', async () => {
    await newCrewServer(tenant, { name: 'of-the-crew' });
    const has = async (): Promise<boolean> =>
      (await resolved(tenant)).some(({ name }: Json) => name === 'of-the-crew');
    const seen: boolean[] = [];
    for (let round = 0; round < 20; round++) {
      const crew_id = round % 2 === 0 ? null : tenant.crewId;
      await tenant.owner.must('PATCH', `/api/v1/agents/${tenant.agentId}`, { crew_id });
      seen.push(await has());
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, round) => round % 2 === 1));
  });
});
