import { startModernServer, startProtectedServer } from '@hawser/testing';
import { startAuthorizationServer } from '@hawser/testing/authorization-server';
import { eventually } from '@hawser/testing/eventually';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Api, type Answer, type Ask } from '../../harness/api.js';
import { newCredential } from '../../harness/credentials.js';
import { Distributed } from '../../harness/distributed.js';
import { using } from '../../harness/peers.js';
import { runSql } from '../../harness/sql.js';
import { newTenant, unique, type Tenant } from '../../harness/tenant.js';
import { bind, newCrewServer } from '../../harness/tiers.js';

/** Requests that bring a secret to the vault. */
const bringing = [
  'hawser.vault.credential.create.v1',
  'hawser.vault.credential.update.v1',
  'hawser.vault.oauth-client.set.v1',
  'hawser.vault.oauth-flow.complete.v1',
  'hawser.vault.oauth-flow.exchange.v1',
];
/** Requests whose answers hold secrets: the vault's own, and those that pass them on to who asked for them. */
const given = [
  'hawser.vault.credential.disclose.v1',
  'hawser.bindings.resolver.resolve.v1',
  'hawser.bindings.resolver.explain.v1',
  'hawser.bindings.server.resolve.v1',
];

/** Remembers what it was answered. */
class Recording extends Api {
  static readonly answers: { line: string; told: string }[] = [];

  override async send(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const answer = await super.send(method, path, ask);
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    Recording.answers.push({ line: `${method} ${path}`, told: `${headers}\n\n${answer.text}` });
    return answer;
  }
}

let system: Distributed;
let nats: NatsConnection;
let tenant: Tenant;
/** All that may not be found, by what it is. */
const secrets: Record<string, string> = {};
/** What went over NATS: the subject, or that of the request which a message answers. */
const messages: { subject: string; answers: string | undefined; data: string }[] = [];

/** How a secret looks in text, in a dump of bytes and in base64. */
const looksOf = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  encodeURIComponent(secret),
];
const foundIn = (text: string): string[] =>
  Object.entries(secrets).flatMap(([what, secret]) =>
    looksOf(secret).some((look) => text.includes(look)) ? [what] : [],
  );

async function listen(url: string): Promise<NatsConnection> {
  const connection = await connect({ servers: url, noAsyncTraces: true });
  const asked = new Map<string, string>();
  connection.subscribe('>', {
    callback: (_, message) => {
      if (message.reply !== undefined && message.reply !== '') asked.set(message.reply, message.subject);
      const { headers } = message;
      const told = headers?.keys().map((name) => `${name}: ${headers.values(name).join()}`) ?? [];
      const data = `${told.join('\n')}\n${Buffer.from(message.data).toString()}`;
      messages.push({ subject: message.subject, answers: asked.get(message.subject), data });
    },
  });
  await connection.flush();
  return connection;
}

/** What a browser is told at the callback. */
async function visit(url: URL): Promise<void> {
  const response = await fetch(url, { redirect: 'manual' });
  const told = `${[...response.headers].join('\n')}\n${await response.text()}`;
  Recording.answers.push({ line: 'GET /api/v1/oauth/callback', told });
}

async function credentialsOfEveryKind(): Promise<void> {
  const { owner, agentId } = tenant;
  for (const [type, value] of Object.entries({
    bearer: unique('canary-bearer'),
    api_key: unique('canary-key'),
    basic: `ada:${unique('canary-password')}`,
    secret: unique('canary-secret'),
  })) {
    secrets[type] = value;
    const headers = { 'idempotency-key': unique('key') };
    const { body } = await owner.post(
      '/api/v1/credentials',
      { name: `of-${type}`, type, value },
      { headers },
    );
    const cred_type = type === 'secret' ? 'bearer' : type;
    await bind(tenant, await tenant.newServer(), { credential_id: body.id, cred_type });
  }
  const patched = await newCredential(tenant, { value: (secrets.first = unique('canary-first')) });
  secrets.patched = unique('canary-patched');
  await owner.must('PATCH', `/api/v1/credentials/${patched.id}`, { value: secrets.patched });
  const template = `{{credential:${patched.name}}}`;
  await newCrewServer(tenant, {
    ...{ transport: 'stdio', command: 'npx', endpoint: undefined },
    args_json: JSON.stringify([template]),
    env_json: JSON.stringify({ TOKEN: template }),
    config_json: JSON.stringify({ deep: [template] }),
  });
  secrets.refused = unique('canary-refused');
  for (const body of [
    { name: 'x y', type: 'bearer', value: secrets.refused },
    { name: 'of-bearer', type: 'bearer', value: secrets.refused },
    { name: unique('c'), type: 'oauth2', value: secrets.refused },
    { name: unique('c'), type: 'basic', value: secrets.refused },
    { name: unique('c'), type: 'bearer', value: [secrets.refused] },
  ])
    expect((await owner.post('/api/v1/credentials', body)).status).toBeGreaterThanOrEqual(400);
  await owner.post('/api/v1/credentials', `{"name":"x","value":"${secrets.refused}"`);

  const agent = await tenant.agentApi();
  const path = `/api/v1/agents/${agentId}/integrations/resolved`;
  await new Recording(owner.gateways, agent.token, tenant.id).get(path);
  await owner.get(path);
  await owner.get(`${path}?explain=true`);
  for (const role of ['MANAGER', 'VIEWER'] as const) {
    const other = await tenant.as(role);
    await new Recording(owner.gateways, other.token, tenant.id).get(`${path}?as=${role}`);
    await new Recording(owner.gateways, other.token, tenant.id).get(`${path}?as=${role}&explain=true`);
  }
}

async function aServerThatTellsAll(): Promise<void> {
  const { name, value } = await newCredential(tenant, { value: unique('canary-told') });
  secrets.told = value;
  const tools = [{ name: 'leak', description: `You are ${value}` }];
  const peer = await using(startModernServer({ tools }));
  const fields = { endpoint: peer.url, headers_json: `{"Authorization":"Bearer {{credential:${name}}}"}` };
  const server = await newCrewServer(tenant, fields);
  const crew = `/api/v1/crews/${tenant.crewId}/integrations/${server}`;
  await tenant.owner.must('POST', `${crew}/test`);
  await tenant.owner.must('POST', `${crew}/tools/refresh?probe=true`);
  await tenant.owner.must('GET', `${crew}/tools`);
}

async function signIns(): Promise<void> {
  const { owner, agentId } = tenant;
  const authorization = await using(startAuthorizationServer({ accessTokenSeconds: 2 }));
  const peer = await using(startProtectedServer({ authorizationServer: authorization }));
  const body = { mcp_url: peer.url, server_name: unique('mcp') };
  const { auth_url, credential_id } = await owner.must('POST', '/api/v1/oauth/auto-connect', body);
  const callback = await authorization.walk(auth_url as string);
  secrets.code = callback.searchParams.get('code') ?? '';
  await visit(callback);
  await visit(callback);
  const tokenNow = async (): Promise<string> => {
    const { text } = await owner.get(`/api/v1/agents/${agentId}/integrations/resolved`);
    const found = [...text.matchAll(/Bearer ([\w.-]+)/g)].map(([, token = '']) => token);
    const live = await Promise.all(found.map(async (token) => [token, await authorization.accepts(token)]));
    return (live.find(([, accepted]) => accepted)?.[0] as string | undefined) ?? '';
  };
  secrets.token = await tokenNow();
  secrets.renewed = await eventually(async () => {
    const token = await tokenNow();
    return token !== '' && token !== secrets.token ? token : undefined;
  });
  secrets.client = unique('canary-client');
  await owner.must('PUT', '/api/v1/oauth/providers/github/client', {
    client_id: 'gh',
    client_secret: secrets.client,
  });
  await owner.must('GET', '/api/v1/oauth/providers');
  await owner.must('DELETE', `/api/v1/credentials/${credential_id}?force=true`);
}

beforeAll(async () => {
  system = await Distributed.start({ env: { HAWSER_REPLICAS: '1', HAWSER_LOG_LEVEL: 'debug' } });
  nats = await listen(system.files.state().nats.url);
  tenant = await newTenant(new Recording(system.gateways, system.ownerToken));
  tenant = { ...tenant, owner: new Recording(system.gateways, tenant.owner.token, tenant.id) };
  await credentialsOfEveryKind();
  await aServerThatTellsAll();
  await signIns();
  await tenant.owner.must('GET', '/api/v1/credentials');
  await eventually(async () => {
    const { text } = await tenant.owner.get('/api/v1/audit?limit=1000');
    return text.includes('oauth_client.created') && text.includes('credential.deleted');
  });
}, 120_000);
afterAll(async () => {
  await nats.close();
  await system.stop();
});

describe('a secret that has been everywhere', () => {
  it('is what the following looks for, and would find', () => {
    expect(Object.values(secrets).every((secret) => secret.length >= 12)).toBe(true);
    expect(foundIn(`x${secrets.bearer}y`)).toEqual(['bearer']);
    expect(foundIn(Buffer.from(secrets.code ?? '').toString('hex'))).toEqual(['code']);
  });

  it('is in no answer but a plain resolved', () => {
    const resolved = /^GET \/api\/v1\/agents\/\w+\/integrations\/resolved(\?explain=true)?$/;
    const telling = Recording.answers.filter(({ told }) => foundIn(told).length > 0);
    expect(telling.length).toBeGreaterThan(3);
    expect(telling.map(({ line }) => line).filter((line) => !resolved.test(line))).toEqual([]);
  });

  it('is in no line of any log', async () => {
    const lines = [...(await system.files.logs()).values()].flat();
    expect(lines.some((line) => line.startsWith('{"level":"debug"'))).toBe(true);
    expect(lines.filter((line) => foundIn(line).length > 0)).toEqual([]);
    expect(foundIn(`${system.stdout}${system.stderr}`)).toEqual([]);
  });

  it('is in no message but those to the vault that bring it, and the answers that give it', () => {
    const telling = messages.filter(({ data }) => foundIn(data).length > 0);
    const subjects = telling.map(({ subject, answers }) =>
      answers === undefined ? `request ${subject}` : `answer to ${answers}`,
    );
    const allowed = [
      ...bringing.map((subject) => `request ${subject}`),
      ...given.map((subject) => `answer to ${subject}`),
    ];
    expect([...new Set(subjects)].filter((subject) => !allowed.includes(subject))).toEqual([]);
    expect(new Set(subjects).size).toBeGreaterThan(4);
    const events = messages.filter(({ subject }) => subject.startsWith('hawser.events.vault.'));
    expect(events.length).toBeGreaterThan(5);
  });

  it('is in no row of any table', async () => {
    const { url } = system.files.state().postgres;
    const tables = await runSql<{ name: string }>(
      url,
      `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
        WHERE table_schema IN ('directory', 'bindings', 'vault')`,
    );
    const rows = await runSql<{ name: string; text: string }>(
      url,
      tables
        .map(({ name }) => `SELECT '${name}' AS name, row::text AS text FROM ${name} AS row`)
        .join(' UNION ALL '),
    );
    expect(rows.filter(({ name }) => name === 'vault.secrets').length).toBeGreaterThan(4);
    expect(rows.filter(({ name }) => name === 'vault.disclosures').length).toBeGreaterThan(4);
    expect(rows.filter(({ text }) => foundIn(text).length > 0)).toEqual([]);
  });
});
