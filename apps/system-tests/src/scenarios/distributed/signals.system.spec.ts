import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import { eventually } from '@hawser/testing/eventually';
import { Api, type Answer } from '../../harness/api.js';
import { newDataDir } from '../../harness/data-dir.js';
import { Distributed } from '../../harness/distributed.js';
import { report } from '../../harness/drill.js';
import { IdentityProvider } from '../../harness/identity-provider.js';
import { Place } from '../../harness/place.js';
import { routes } from '../../harness/routes.js';
import { runSql } from '../../harness/sql.js';
import { newTenant, unique, type Tenant } from '../../harness/tenant.js';
import { TraceCollector } from '../../harness/trace-collector.js';

const canary = (): string => randomBytes(16).toString('hex');
const password = canary();
const secret = canary();
const alice = unique('alice');

let folder: string;
let postgres: EmbeddedPostgres;
let provider: IdentityProvider;
let collector: TraceCollector;
let system: Distributed;
let tenant: Tenant;
beforeAll(async () => {
  folder = await newDataDir();
  postgres = await EmbeddedPostgres.start({
    dataDir: folder,
    database: 'hawser',
    settings: { fsync: 'off' },
  });
  provider = await IdentityProvider.start([alice]);
  collector = await TraceCollector.start();
  system = await Distributed.start({
    env: {
      // The server takes any password; what matters is that there is one to be kept secret.
      DATABASE_URL: postgres.url.replace('postgres@', `postgres:${password}@`),
      HAWSER_LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OIDC_ISSUER: provider.issuer,
      OIDC_AUDIENCE: provider.audience,
    },
  });
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
});
afterAll(async () => {
  await system.stop();
  await collector.stop();
  await provider.stop();
  await postgres.stop();
  await rm(folder, { recursive: true });
});

interface Trace {
  traceId: string;
  /** The caller's own span, which all others hang below. */
  spanId: string;
  headers: Record<string, string>;
}

function newTrace(): Trace {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return {
    traceId,
    spanId,
    headers: { traceparent: `00-${traceId}-${spanId}-01`, 'x-request-id': unique('drill') },
  };
}

const resolvedPath = (): string => `/api/v1/agents/${tenant.agentId}/integrations/resolved`;

describe('a request for what an agent may use', () => {
  it("is one trace across the services, below its caller's own span", async () => {
    const agent = await tenant.agentApi();
    // Its first use is noted by one gateway; the other does not know the token yet.
    expect((await agent.get('/api/v1/me')).status).toBe(200);
    const { traceId, spanId, headers } = newTrace();
    expect((await agent.get(resolvedPath(), { headers })).status).toBe(200);

    const expected = [
      'hawser-gateway: GET /api/v1/agents/:agentId/integrations/resolved',
      '  hawser-gateway: hawser.directory.access.authorise.v1',
      '    hawser-directory: hawser.directory.access.authorise.v1',
      '      hawser-directory: SELECT directory',
      '  hawser-gateway: hawser.bindings.resolver.resolve.v1',
      '    hawser-bindings: hawser.bindings.resolver.resolve.v1',
      '      hawser-bindings: SELECT bindings',
      '      hawser-bindings: hawser.vault.credential.disclose.v1',
      '        hawser-vault: hawser.vault.credential.disclose.v1',
      '          hawser-vault: SELECT vault',
    ];
    await eventually(() => collector.count(traceId) >= expected.length).catch(() => undefined);
    const tree = collector.tree(traceId, spanId);
    report([`trace ${traceId}:`, ...tree]);
    expect(tree).toEqual(expected);
    expect(collector.count(traceId)).toBe(expected.length);
  });

  // A handler that fails is logged: nothing else of a request need be.
  it.each([
    ['bindings', 'workspace_servers'],
    ['directory', 'tokens'],
  ])('is in the logs of the gateway and of %s with its ids, and nobody else is', async (service, table) => {
    const { traceId, headers } = newTrace();
    const { url } = postgres;
    const token = await tenant.agentApi();
    await runSql(url, `ALTER TABLE ${service}.${table} RENAME TO away`);
    let answer: Answer;
    try {
      answer = await token.get(resolvedPath(), { headers });
    } finally {
      await runSql(url, `ALTER TABLE ${service}.away RENAME TO ${table}`);
    }
    expect([answer.status, answer.body.code, answer.body.request_id]).toEqual([
      500,
      'internal',
      headers['x-request-id'],
    ]);
    const lines = await linesWith(traceId);
    expect(new Set(lines.map((line) => line.service))).toEqual(new Set(['gateway', service]));
    expect(new Set(lines.map((line) => line.request_id))).toEqual(new Set([headers['x-request-id']]));
  });
});

interface Line {
  service: string;
  request_id?: string;
}

async function linesWith(traceId: string): Promise<Line[]> {
  return eventually(async () => {
    const all = [...(await system.files.logs()).values()].flat();
    const lines = all.filter((line) => line.includes(`"trace_id":"${traceId}"`));
    const ofGateway = lines.some((line) => line.includes(' 500 '));
    return ofGateway ? lines.map((line) => JSON.parse(line) as Line) : undefined;
  });
}

it('what every process writes at level debug is one JSON object a line, and holds no secret', async () => {
  const tokens = [system.ownerToken, tenant.owner.token as string];
  for (const { method, path, status: expected, body: bodyOf } of routes) {
    if (method === 'DELETE') continue;
    const place = new Place(tenant);
    const body = await bodyOf(place);
    const { status, body: answered } = await tenant.owner.send(method, await place.fill(path), {
      ...(body === undefined ? {} : { body }),
    });
    expect([method, path, status]).toEqual([method, path, expected]);
    const { token } = Object(answered) as { token?: string };
    if (token !== undefined) tokens.push(token);
  }
  const server = await tenant.newServer({ env_json: `{"TOKEN":"${secret}"}` });
  await tenant.owner.get('/api/v1/integrations?workspace_id=' + secret);
  await tenant.owner.patch(`/api/v1/integrations/${server}`, {
    env_json: `{"TOKEN":"${secret}"`,
    [secret]: 1,
  });
  const jwt = await provider.token(alice);
  const wrong = `hws_live_${'w'.repeat(43)}`;
  for (const token of [jwt, `${jwt}x`, wrong]) await tenant.owner.as(token).get('/api/v1/me');
  // What the services say of a database that has gone names no password either.
  await runSql(
    postgres.url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'hawser-%' AND usename <> 'postgres'`,
  );
  await eventually(async () => (await tenant.owner.get(resolvedPath())).status === 200);

  const logs = await system.files.logs();
  expect([...logs.keys()].filter((name) => /-\d$/.test(name)).sort()).toEqual(
    system.files
      .state()
      .processes.map(({ name }) => name)
      .sort(),
  );
  const lines = [...logs.values()].flat();
  const noObjects = lines.filter((line) => !/^\{.*\}$/.test(line) || typeof JSON.parse(line) !== 'object');
  expect(noObjects).toEqual([]);
  const levels = new Set(lines.map((line) => (JSON.parse(line) as { level: string }).level));
  expect(levels).toContain('debug');
  const all = lines.join('\n') + collector.text + system.stdout.replace(/^.*(Owner token|curl).*$/gm, '');
  for (const found of [...tokens, ...jwt.split('.'), wrong, secret, password])
    expect(all).not.toContain(found);
  expect(all).not.toMatch(/postgres(ql)?:\/\/[^@\s"]*:[^@\s"]+@/);
});

it('every service is in the database as its own role, and nobody else is', async () => {
  const sessions = await runSql<{ application_name: string; usename: string; count: string }>(
    postgres.url,
    `SELECT application_name, usename, count(*) FROM pg_stat_activity
      WHERE datname = 'hawser' AND pid <> pg_backend_pid() GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  expect(sessions.map(({ application_name, usename }) => [application_name, usename])).toEqual([
    ['hawser-bindings', 'hawser_bindings'],
    ['hawser-directory', 'hawser_directory'],
    ['hawser-vault', 'hawser_vault'],
  ]);
});
