import { ServiceError } from '@hawser/contracts';
import {
  autoConnect,
  initiateOAuth,
  setOAuthClient,
  type AutoConnect,
  type AutoConnected,
} from '@hawser/contracts/vault';
import { findOAuthProvider } from '@hawser/providers';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { callbackUrl, publicUrl, SignIns } from '../../testing/sign-ins.js';
import { refusalOf, type TestWorkspace } from '../../testing/test-workspace.js';

describe('connecting to an MCP server', () => {
  let database: TestDatabase;
  let signIns: SignIns;
  let workspace: TestWorkspace;

  beforeAll(async () => {
    database = await testDatabase();
    signIns = await SignIns.start(database.url);
  });
  beforeEach(() => {
    workspace = signIns.harness.workspace();
    signIns.harness.bindings.script.created.length = 0;
    signIns.harness.bindings.script.failure = undefined;
  });
  afterAll(async () => {
    await signIns.stop();
    await database.drop();
  });

  function connect(
    request: Partial<AutoConnect> & Pick<AutoConnect, 'mcp_url'>,
    public_url = publicUrl,
  ): Promise<AutoConnected> {
    return workspace.call(autoConnect, { server_name: 'example', ...request, public_url });
  }

  /** Of a workspace; what was learnt of servers, and clients there, may stay. */
  async function made(): Promise<object> {
    const { credentials = 0, oauth_flows = 0, secrets = 0 } = await signIns.harness.rowsOf(workspace.id);
    return { credentials, oauth_flows, secrets, servers: signIns.harness.bindings.script.created.length };
  }
  const nothing = { credentials: 0, oauth_flows: 0, secrets: 0, servers: 0 };

  const anyUrl = 'https://nothing.example.com/mcp';
  const clientOf = ({ auth_url = '' }: AutoConnected): string | null =>
    new URL(auth_url).searchParams.get('client_id');

  it('makes a credential and a server that uses it, and works once the user has signed in', async () => {
    const mcp_url = signIns.mcpServer();
    const connected = await connect({ mcp_url });
    expect(connected).toEqual({
      status: 'authorize',
      auth_url: expect.any(String),
      credential_id: expect.stringMatching(/^cred_/),
      integration_id: expect.stringMatching(/^srv_/),
      expires_at: expect.any(String),
    });
    const { credential_id = '', auth_url = '' } = connected;
    expect(await workspace.credentials.get(credential_id)).toMatchObject({
      name: 'example-oauth',
      type: 'oauth2',
      status: 'pending',
      provider: expect.stringMatching(/^oas_/),
      scopes: ['mcp:read', 'mcp:tools'],
      allowed_origins: [new URL(mcp_url).origin],
    });
    expect(signIns.harness.bindings.script.created).toEqual([
      {
        name: 'example',
        endpoint: mcp_url,
        headers_json: '{"Authorization":"Bearer {{credential:example-oauth}}"}',
      },
    ]);
    const { searchParams } = new URL(auth_url);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      resource: mcp_url,
      scope: 'mcp:read mcp:tools',
      redirect_uri: callbackUrl,
      code_challenge_method: 'S256',
    });
    const completed = await signIns.callBack(await signIns.agree(auth_url));
    expect(completed).toMatchObject({ outcome: 'connected', credential_id });
    const { value = '' } = await signIns.secretsOf(workspace.id, credential_id);
    expect(await signIns.server.accepts(value)).toBe(true);
  });

  it('numbers the credential where its name is taken, and cuts a long one', async () => {
    await workspace.credentials.create({ name: 'example-oauth' });
    const { credential_id = '' } = await connect({ mcp_url: signIns.mcpServer() });
    expect(await workspace.credentials.get(credential_id)).toMatchObject({ name: 'example-oauth-2' });
    const server_name = 's'.repeat(64);
    const long = await connect({ mcp_url: signIns.mcpServer(), server_name });
    expect(await workspace.credentials.get(long.credential_id ?? '')).toMatchObject({
      name: `${'s'.repeat(58)}-oauth`,
    });
  });

  describe('the client', () => {
    it('is registered once for all MCP servers of an issuer, whose metadata are those of the last time', async () => {
      const first = await connect({ mcp_url: signIns.mcpServer({ scopes: ['mcp:read'] }) });
      const second = await connect({
        mcp_url: signIns.mcpServer({ scopes: ['mcp:admin'] }),
        server_name: 'second',
      });
      expect(clientOf(second)).toBe(clientOf(first));
      const servers = await signIns.harness.query(
        `SELECT metadata -> 'scopes' AS scopes FROM oauth_servers WHERE workspace_id = $1`,
        [workspace.id],
      );
      expect(servers).toEqual([{ scopes: ['mcp:admin'] }]);
    });

    it('is one even if two connections begin at the same time, and serves both', async () => {
      const all = await Promise.all(
        Array.from({ length: 5 }, (_, index) =>
          connect({ mcp_url: signIns.mcpServer(), server_name: `at-once-${index}` }),
        ),
      );
      expect(new Set(all.map(clientOf)).size).toBe(1);
      const completed = await Promise.all(
        all.map(async ({ auth_url = '' }) => signIns.callBack(await signIns.agree(auth_url))),
      );
      expect(completed.map(({ outcome }) => outcome)).toEqual(Array(5).fill('connected'));
    });

    it('is a document of ours where the server takes documents and the gateway is at https, with consent each time', async () => {
      const mcp_url = signIns.mcpServer({ supports_cimd: true });
      const connected = await connect({ mcp_url }, 'https://hawser.example.com');
      expect(clientOf(connected)).toBe('https://hawser.example.com/api/v1/oauth/client-metadata.json');
      // Another workspace is the same client.
      expect(new URL(connected.auth_url ?? '').searchParams.get('prompt')).toBe('consent');
    });

    it('is registered where the server takes documents and could not fetch ours', async () => {
      const connected = await connect({ mcp_url: signIns.mcpServer({ supports_cimd: true }) });
      expect(clientOf(connected)).toMatch(/^[\w-]{20,}$/);
    });

    it('is registered again for another callback', async () => {
      const first = await connect({ mcp_url: signIns.mcpServer() });
      const moved = { mcp_url: signIns.mcpServer(), server_name: 'moved' };
      const second = await connect(moved, 'http://127.0.0.1:10');
      expect(clientOf(second)).not.toBe(clientOf(first));
    });

    it('is asked for where none can be had, and then the same request goes on', async () => {
      const mcp_url = signIns.mcpServer({ registration_endpoint: null, supports_dcr: false });
      const answer = await connect({ mcp_url });
      const host = new URL(signIns.server.issuer).host;
      expect(answer).toEqual({
        status: 'needs_client_id',
        provider: expect.stringMatching(/^oas_/),
        redirect_uri: callbackUrl,
        message:
          `${host} gives Hawser no client by itself: register one there with the redirect URI ${callbackUrl}, PUT its ` +
          `client_id and client_secret to /api/v1/oauth/providers/${answer.provider}/client, then connect again`,
      });
      expect(await made()).toEqual(nothing);
      const { clientId: client_id, clientSecret: client_secret } = signIns.server.client;
      await workspace.call(setOAuthClient, { provider_id: answer.provider!, client_id, client_secret });
      const { status, auth_url = '' } = await connect({ mcp_url });
      expect(status).toBe('authorize');
      const completed = await signIns.callBack(await signIns.agree(auth_url));
      expect(completed).toMatchObject({ outcome: 'connected' });
    });

    it('is asked for where the server refuses to register it', async () => {
      const registration_endpoint = signIns.server.tokenUrl;
      const answer = await connect({ mcp_url: signIns.mcpServer({ registration_endpoint }) });
      expect(answer.status).toBe('needs_client_id');
      expect(await made()).toEqual(nothing);
    });

    it('is waited for in vain where nobody is there to register it: 502, and nothing is made', async () => {
      const registration_endpoint = 'http://127.0.0.1:9/reg';
      const error = await refusalOf(connect({ mcp_url: signIns.mcpServer({ registration_endpoint }) }));
      expect(error.code).toBe('upstream_failed');
      expect(await made()).toEqual(nothing);
    });
  });

  describe('at a provider that ships with Hawser', () => {
    const github = findOAuthProvider('github')!;

    async function giveClient(): Promise<void> {
      const client = { client_id: 'our-client', client_secret: 's3cret' };
      await workspace.call(setOAuthClient, { provider_id: 'github', ...client });
    }

    it('is what the discovery says', async () => {
      await giveClient();
      const mcp_url = signIns.mcpServer({
        source: 'known-provider:github',
        issuer: null,
        resource: null,
        registration_endpoint: null,
        supports_dcr: false,
        scopes: ['repo'],
      });
      const { auth_url = '', credential_id = '' } = await connect({ mcp_url });
      expect(auth_url.startsWith(`${github.authorization_url}?`)).toBe(true);
      const { searchParams } = new URL(auth_url);
      expect([...['client_id', 'scope', 'resource'].map((name) => searchParams.get(name))]).toEqual([
        'our-client',
        'repo',
        null,
      ]);
      expect(await workspace.credentials.get(credential_id)).toMatchObject({
        provider: 'github',
        allowed_origins: [new URL(mcp_url).origin],
      });
    });

    it('is what the caller says where the discovery finds nothing', async () => {
      await giveClient();
      const { auth_url = '' } = await connect({ mcp_url: anyUrl, provider_hint: 'github' });
      const { searchParams } = new URL(auth_url);
      expect(searchParams.get('scope')).toBe(github.scopes.join(' '));
    });

    it('is not what the caller says where the discovery finds a server', async () => {
      await giveClient();
      const { auth_url = '' } = await connect({ mcp_url: signIns.mcpServer(), provider_hint: 'github' });
      expect(new URL(auth_url).origin).toBe(new URL(signIns.server.issuer).origin);
    });

    it('asks for its client where there is none', async () => {
      const answer = await connect({ mcp_url: anyUrl, provider_hint: 'slack' });
      expect(answer).toMatchObject({ status: 'needs_client_id', provider: 'slack' });
      expect(await made()).toEqual(nothing);
    });
  });

  describe('makes nothing', () => {
    async function refused(request: Parameters<typeof connect>[0]): Promise<ServiceError> {
      const error = await refusalOf(connect(request));
      expect(await made()).toEqual(nothing);
      return error;
    }

    it('where nothing is found', async () => {
      expect(await refused({ mcp_url: anyUrl })).toMatchObject({
        code: 'oauth_not_found',
        details: { steps: [] },
      });
    });

    it('where the provider that the caller names does not exist', async () => {
      expect(await refused({ mcp_url: anyUrl, provider_hint: 'nobody' })).toMatchObject({
        code: 'validation_failed',
        details: { errors: [{ field: 'provider_hint', value: 'nobody' }] },
      });
    });

    it('where the server does not say that it does PKCE', async () => {
      const error = await refused({ mcp_url: signIns.mcpServer({ supports_pkce: false }) });
      expect(error).toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('S256') });
    });

    it('where the probe is away', async () => {
      await signIns.harness.probe.goAway();
      const error = await refused({ mcp_url: signIns.mcpServer() });
      await signIns.harness.probe.comeBack();
      expect(error.code).toBe('service_unavailable');
    });

    it.each([
      // The field is told as the caller knows it.
      ['because its name is taken', 'name_taken', 'server_name'],
      ['for whatever reason', 'validation_failed', 'name'],
    ] as const)('where the server cannot be made %s', async (_, code, field) => {
      const failure = new ServiceError(code, 'no such server here', { field: 'name' });
      signIns.harness.bindings.script.failure = failure;
      const error = await refused({ mcp_url: signIns.mcpServer() });
      expect(error).toMatchObject({ code, message: failure.message, details: { field } });
      const told = await signIns.harness.told(workspace.id);
      expect(told.map(({ data }) => data)).toEqual([
        expect.objectContaining({ entity: 'oauth_client', fact: 'created' }),
        expect.objectContaining({ entity: 'credential', fact: 'created', name: 'example-oauth' }),
        expect.objectContaining({ entity: 'credential', fact: 'deleted', name: 'example-oauth' }),
      ]);
    });

    it('unless it is not known whether the server has been made: then it says so, and what there is works', async () => {
      signIns.harness.bindings.script.failure = new ServiceError(
        'service_timeout',
        'no answer within 5000 ms',
      );
      const error = await refusalOf(connect({ mcp_url: signIns.mcpServer() }));
      const credential_id = String(error.details.credential_id);
      expect({ ...error, message: error.message }).toEqual({
        name: 'ServiceError',
        code: 'service_timeout',
        message:
          'no answer within 5000 ms; the credential "example-oauth" has been made, and perhaps the server "example": if ' +
          `GET /api/v1/integrations lists it, POST /api/v1/oauth/initiate with credential_id ${credential_id}, else delete ` +
          'the credential and connect again',
        details: { credential_id },
      });
      const request = { credential_id, public_url: publicUrl };
      const { auth_url } = await workspace.call(initiateOAuth, request);
      expect(await signIns.callBack(await signIns.agree(auth_url))).toMatchObject({
        outcome: 'connected',
        credential_id,
      });
    });

    it('where bindings is away', async () => {
      await signIns.harness.bindings.goAway();
      const error = await refused({ mcp_url: signIns.mcpServer() });
      await signIns.harness.bindings.comeBack();
      expect(error.code).toBe('service_unavailable');
    });

    it('where the caller has left', async () => {
      const caller = new AbortController();
      caller.abort();
      const request = { mcp_url: signIns.mcpServer(), server_name: 'example', public_url: publicUrl };
      const call = workspace.call(autoConnect, request, { signal: caller.signal });
      expect((await refusalOf(call)).code).toBe('cancelled');
      expect(await made()).toEqual(nothing);
    });
  });
});
