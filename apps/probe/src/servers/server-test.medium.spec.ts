import { jest } from '@jest/globals';
import { ServiceError } from '@hawser/contracts';
import {
  startEverythingServer,
  startModernServer,
  startProtectedServer,
  startSessionServer,
  type Peer,
} from '@hawser/testing';
import { register } from 'prom-client';
import { schemaDigest } from '../mcp/schema-digest.js';
import { ProbeHarness } from '../testing/probe-harness.js';
import { always, oldServer, sendJson, startScriptedServer, type Script } from '../testing/scripted-server.js';

const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
const latency = expect.any(Number) as number;
const sentence = expect.stringMatching(/^["A-Z].*[.]$/) as string;

describe('trying a server out', () => {
  let harness: ProbeHarness;
  let peers: Peer[];
  beforeAll(async () => {
    harness = await ProbeHarness.start();
  });
  beforeEach(() => {
    peers = [];
  });
  afterEach(() => Promise.all(peers.map((peer) => peer.stop())));
  afterAll(() => harness.stop());

  const started = async <P extends Peer>(starting: Promise<P>): Promise<P> => {
    const peer = await starting;
    peers.push(peer);
    return peer;
  };
  const scripted = (script: Script): ReturnType<typeof startScriptedServer> =>
    started(startScriptedServer(script));

  describe('that works', () => {
    it('speaks revision 2026-07-28 and lists its tools, page after page', async () => {
      const tools = Array.from({ length: 5 }, (_, index) => ({
        name: `t${index}`,
        description: `No. ${index}`,
      }));
      const peer = await started(startModernServer({ tools, pageSize: 2 }));
      const schema_digest = schemaDigest({ inputSchema: { type: 'object' } });
      expect(await harness.testAt(peer.url)).toEqual({
        status: 'ok',
        message: '"modern-peer" answers by MCP 2026-07-28 over streamable-http and has 5 tools.',
        transport: 'streamable-http',
        protocol_version: '2026-07-28',
        server_info: { name: 'modern-peer', version: '1.0.0' },
        capabilities: { tools: {} },
        latency_ms: latency,
        tools_count: 5,
        tools: tools.map((tool) => ({ ...tool, schema_digest })),
      });
      expect(peer.requests.map(({ rpc }) => rpc)).toEqual([
        'server/discover',
        ...Array(3).fill('tools/list'),
      ]);
    });

    it('speaks revision 2025-11-25 in a session, which is ended', async () => {
      const peer = await started(startSessionServer());
      expect(await harness.testAt(peer.url)).toMatchObject({
        status: 'ok',
        protocol_version: '2025-11-25',
        server_info: { name: 'session-peer' },
        tools: [{ name: 'echo', schema_digest: digest }],
      });
      expect(peer.openSessions()).toBe(0);
      expect(peer.requests.at(-1)?.method).toBe('DELETE');
    });

    it.each([
      ['streamableHttp', 'streamable-http'],
      ['sse', 'sse'],
    ] as const)('is the reference server over %s', async (how, transport) => {
      const peer = await started(startEverythingServer(how));
      const test = await harness.testAt(peer.url);
      expect(test).toMatchObject({
        status: 'ok',
        transport,
        protocol_version: '2025-11-25',
        server_info: { name: 'mcp-servers/everything', title: 'Everything Reference Server' },
        capabilities: { prompts: { listChanged: true }, tools: { listChanged: true } },
        tools_count: 13,
      });
      expect(test.tools?.[0]).toEqual({
        name: 'echo',
        description: 'Echoes back the input string',
        schema_digest: digest,
      });
    });

    it.each<[string, Script]>([
      ['fails', always(500, {}, 'NullPointerException')],
      ['says nothing', always(200, {})],
      [
        'answers nobody',
        (_request, response) =>
          sendJson(response, { jsonrpc: '2.0', id: null, error: { code: -32_600, message: 'no' } }),
      ],
    ])('is old, and %s at a method that it does not know', async (_, toUnknown) => {
      const peer = await scripted(oldServer({ toUnknown }));
      expect(await harness.testAt(peer.url)).toMatchObject({ status: 'ok', protocol_version: '2025-06-18' });
      expect(peer.requests.map(({ rpc }) => rpc?.method).slice(0, 2)).toEqual([
        'server/discover',
        'initialize',
      ]);
    });

    it('has no tools, and is not asked for them', async () => {
      const peer = await scripted(oldServer({ capabilities: { prompts: {} } }));
      expect(await harness.testAt(peer.url)).toMatchObject({ status: 'ok', tools_count: 0, tools: [] });
      expect(peer.requests.map(({ rpc }) => rpc?.method)).not.toContain('tools/list');
    });

    it('is told who asks, and gets the headers that are configured for it', async () => {
      const peer = await started(startModernServer());
      await harness.testAt(peer.url, { 'X-Team': 'research', Authorization: 'Bearer abc' });
      for (const { headers } of peer.requests) {
        expect(headers).toMatchObject({
          'x-team': 'research',
          authorization: 'Bearer abc',
          'user-agent': 'hawser/0.1.0',
        });
      }
      const picky = await started(startModernServer());
      await harness.testAt(picky.url, { 'User-Agent': 'mine' });
      expect(picky.requests[0]?.headers).toMatchObject({ 'user-agent': 'mine' });
    });
  });

  describe('that asks for a credential', () => {
    it('says where to sign in, as its metadata have it', async () => {
      const peer = await started(startProtectedServer());
      expect(await harness.testAt(peer.url)).toEqual({
        status: 'auth_required',
        message: sentence,
        authorization: {
          scheme: 'Bearer',
          resource_metadata_url: peer.resourceMetadataUrl,
          authorization_servers: [peer.issuer],
          scopes: peer.scopes,
        },
      });
    });

    it('is never asked in an older way', async () => {
      const peer = await scripted(always(401, {}));
      expect(await harness.testAt(peer.url)).toEqual({
        status: 'auth_required',
        message: expect.stringContaining('HTTP 401') as string,
        authorization: { authorization_servers: [], scopes: [] },
      });
      expect(peer.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
    });

    it('says by the challenge alone what it wants, when there are no metadata', async () => {
      const peer = await scripted(always(403, { 'www-authenticate': 'Bearer scope="a b", error="invalid"' }));
      expect(await harness.testAt(peer.url)).toMatchObject({
        status: 'auth_required',
        message: expect.stringContaining('HTTP 403') as string,
        authorization: { scheme: 'Bearer', authorization_servers: [], scopes: ['a', 'b'] },
      });
    });

    it('is not looked up where it wants something else than a token', async () => {
      const peer = await scripted(always(401, { 'www-authenticate': 'Basic realm="x"' }));
      expect(await harness.testAt(peer.url)).toMatchObject({ authorization: { scheme: 'Basic' } });
      expect(peer.requests).toHaveLength(1);
    });

    it('may do so only when it is asked for its tools', async () => {
      const peer = await scripted(oldServer({ toList: always(401, { 'www-authenticate': 'Bearer' }) }));
      expect(await harness.testAt(peer.url)).toMatchObject({
        status: 'auth_required',
        server_info: { name: 'old' },
        authorization: { scheme: 'Bearer' },
      });
    });

    it('does not get a header that its caller may not have sent, and the message says so', async () => {
      const peer = await started(startProtectedServer());
      const test = await harness.testAt(peer.url, { Authorization: '[REDACTED]', 'X-Team': 'research' });
      expect(test.message).toContain(
        'Not sent, because your role may not use the stored credentials in them: "Authorization".',
      );
      expect(harness.bindings.asked.at(-1)).toMatchObject({ plain: false });
      expect(peer.requests[0]?.headers).toMatchObject({ 'x-team': 'research' });
      expect(peer.requests[0]?.headers).not.toHaveProperty('authorization');
    });

    it.each(['credential_withheld', 'credential_missing', 'credential_expired'])(
      'may do so because of a problem with its credentials (%s), and the message says so',
      async (code) => {
        const peer = await started(startProtectedServer());
        const problems = [{ code, message: 'Credential "github" is not there.' }];
        const test = await harness.test({ endpoint: peer.url, problems });
        expect(test.message).toMatch(/Credential "github" is not there\.$/);
      },
    );
  });

  describe('with a stored credential', () => {
    const secret = 'sk-live-4f1c9a';
    const headers = { Authorization: `Bearer ${secret}` };
    const owner = { actor: { kind: 'user', id: 'tok_owner', user_id: 'usr_owner', role: 'OWNER' } } as const;
    beforeEach(() => {
      harness.bindings.secrets = [secret];
    });
    afterEach(() => {
      harness.bindings.secrets = [];
    });

    it('gets it from a caller who may see it', async () => {
      const peer = await started(startProtectedServer({ token: secret }));
      expect(await harness.test({ endpoint: peer.url, headers }, owner)).toMatchObject({ status: 'ok' });
      expect(harness.bindings.asked.at(-1)).toMatchObject({ plain: true });
      expect(peer.requests[0]?.headers).toMatchObject({ authorization: `Bearer ${secret}` });
    });

    it('tells it to nobody, wherever the server puts it', async () => {
      const tools = [{ name: `leak_${secret}`, description: `Your token is ${secret}.` }];
      const peer = await started(startModernServer({ tools }));
      const test = await harness.test({ endpoint: peer.url, headers }, owner);
      expect(test.tools).toMatchObject([
        { name: 'leak_[REDACTED]', description: 'Your token is [REDACTED].' },
      ]);
      const refusing = await scripted(always(500, {}, `no such token: ${secret}`));
      const refused = await harness.test({ endpoint: refusing.url, headers }, owner);
      expect(refused).toMatchObject({ status: 'error', reason: 'http_status' });
      expect(JSON.stringify(refused)).not.toContain(secret);
    });
  });

  it('prints nothing, whatever a server has', async () => {
    const methods = ['debug', 'log', 'info', 'warn', 'error'] as const;
    const printers = methods.map((method) => jest.spyOn(console, method).mockImplementation(() => undefined));
    try {
      const without = await scripted(oldServer({ capabilities: {} }));
      await harness.testAt(without.url);
      // The client excludes such a tool, and says so on the console.
      const inputSchema = { type: 'object', properties: { a: { type: 'object', 'x-mcp-header': 'A b' } } };
      const modern = await started(startModernServer({ tools: [{ name: 'odd', inputSchema }] }));
      expect(await harness.testAt(modern.url)).toMatchObject({ tools_count: 1 });
      expect(printers.flatMap(({ mock }) => mock.calls)).toEqual([]);
    } finally {
      for (const printer of printers) printer.mockRestore();
    }
  });

  it('is counted by what it came to', async () => {
    register.resetMetrics();
    const broken = await scripted(always(500, {}));
    await harness.testAt(broken.url);
    await harness.testAt(broken.url);
    await harness.test({ transport: 'stdio', command: 'npx' });
    const counted = await register.getSingleMetric('hawser_probe_tests_total')?.get();
    expect(counted?.values.map(({ labels, value }) => [labels, value])).toEqual([
      [{ status: 'error', reason: 'http_status' }, 2],
      [{ status: 'ok', reason: '' }, 1],
    ]);
  });

  describe('that is not to be asked', () => {
    it('is checked and never started when it is one of stdio', async () => {
      const stdio = { transport: 'stdio', command: 'npx', args_json: '["-y","@acme/mcp"]' } as const;
      expect(await harness.test(stdio)).toEqual({
        status: 'ok',
        transport: 'stdio',
        message: expect.stringContaining('never started from here') as string,
      });
      expect(await harness.test({ ...stdio, command: 'npx -y' })).toMatchObject({
        status: 'error',
        reason: 'configuration',
        transport: 'stdio',
      });
    });

    it.each([
      ['is incomplete', { problems: [{ code: 'config_incomplete', message: 'Set the endpoint.' }] }],
      ['has no endpoint', { endpoint: null }],
    ])('is told to be misconfigured when it %s', async (_, fields) => {
      expect(await harness.test(fields)).toEqual({
        status: 'error',
        reason: 'configuration',
        message: expect.stringMatching(/[Ss]et /) as string,
      });
    });

    it('is not found when `bindings` does not know it', async () => {
      await expect(harness.testUnknown()).rejects.toMatchObject({ code: 'not_found' });
    });

    it('is left alone while the vault, which has its credentials, is away', async () => {
      const away = 'secret_encryption_unavailable';
      harness.bindings.failure = new ServiceError(away, 'the service "vault" is away');
      try {
        await expect(harness.test({})).rejects.toMatchObject({ code: away });
        await expect(harness.refresh({})).rejects.toMatchObject({ code: away });
      } finally {
        harness.bindings.failure = undefined;
      }
    });
  });
});
