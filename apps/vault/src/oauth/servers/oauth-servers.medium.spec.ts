import type { DiscoveredOAuth } from '@hawser/contracts/probe';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { DataSource } from 'typeorm';
import { refusalOf } from '../../testing/test-workspace.js';
import { VaultHarness } from '../../testing/vault-harness.js';
import type { OAuthServer } from './oauth-server.js';
import { OAuthServers } from './oauth-servers.js';

const issuer = 'https://login.example.com/tenant';
const discovered: DiscoveredOAuth = {
  auth_url: `${issuer}/authorize`,
  token_url: `${issuer}/token`,
  registration_endpoint: `${issuer}/register`,
  revocation_endpoint: `${issuer}/revoke`,
  scopes: ['mcp:read'],
  supports_dcr: true,
  supports_pkce: true,
  supports_cimd: true,
  token_endpoint_auth_methods: ['none'],
  iss_parameter: true,
  source: 'protected-resource-metadata',
  issuer,
  resource: 'https://mcp.example.com/mcp',
};

describe('authorization servers', () => {
  let database: TestDatabase;
  let harness: VaultHarness;
  let servers: OAuthServers;
  beforeAll(async () => {
    database = await testDatabase();
    harness = await VaultHarness.start(database.url);
    servers = harness.get(OAuthServers);
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  const remember = (workspaceId: string, changes: Partial<DiscoveredOAuth> = {}): Promise<OAuthServer> =>
    servers.remember(harness.get(DataSource).manager, workspaceId, { ...discovered, ...changes });

  it('are kept as they were discovered', async () => {
    const { id } = harness.workspace();
    const server = await remember(id);
    expect(server).toEqual({
      id: expect.stringMatching(/^oas_/),
      name: 'login.example.com',
      issuer,
      authorization_url: `${issuer}/authorize`,
      token_url: `${issuer}/token`,
      revocation_url: `${issuer}/revoke`,
      registration_url: `${issuer}/register`,
      scopes: ['mcp:read'],
      resource: 'https://mcp.example.com/mcp',
      token_auth_methods: ['none'],
      iss_required: true,
      takes_client_documents: true,
      provider: null,
    });
    expect(await servers.find(id, server.id)).toEqual(server);
  });

  it('may say less of themselves', async () => {
    const { id } = harness.workspace();
    const { revocation_endpoint, token_endpoint_auth_methods, iss_parameter, ...less } = discovered;
    expect([revocation_endpoint, token_endpoint_auth_methods, iss_parameter]).not.toContain(undefined);
    const manager = harness.get(DataSource).manager;
    const server = await servers.remember(manager, id, { ...less, registration_endpoint: null });
    expect(server).toMatchObject({
      revocation_url: null,
      registration_url: null,
      token_auth_methods: [],
      iss_required: false,
    });
  });

  it('are one by their issuer, with the metadata of now', async () => {
    const { id } = harness.workspace();
    const first = await remember(id);
    const second = await remember(id, {
      token_url: `${issuer}/token2`,
      resource: 'https://other.example/mcp',
    });
    expect(second).toMatchObject({ id: first.id, token_url: `${issuer}/token2` });
    expect(await servers.find(id, first.id)).toEqual(second);
    expect(await remember(id, { issuer: 'https://login.example.com/tenant2' })).not.toMatchObject({
      id: first.id,
    });
  });

  it('are of one workspace', async () => {
    const [one, other] = [harness.workspace(), harness.workspace()];
    const server = await remember(one.id);
    expect(await servers.find(other.id, server.id)).toBeNull();
    expect((await remember(other.id)).id).not.toBe(server.id);
  });

  it('are not kept where they ship with Hawser', async () => {
    const { id } = harness.workspace();
    const known = { source: 'known-provider:github', issuer: null, resource: null };
    expect(await remember(id, known)).toEqual(await servers.find(id, 'github'));
    expect(await harness.rowsOf(id)).toEqual({});
  });

  it.each([
    ['does not say that it does PKCE', { supports_pkce: false }, /supports PKCE with S256/],
    [
      'does not name its issuer',
      { issuer: null },
      /^the authorization server https:\/\/login\.example\.com does/,
    ],
    [
      'takes codes without https',
      { token_url: 'http://a.example/token' },
      /without https, http:\/\/a\.example/,
    ],
    ['is itself without https', { issuer: 'http://login.example.com' }, /without https, http:\/\/login/],
    ['sends people to http', { auth_url: 'http://a.example/auth' }, /without https/],
    ['registers clients without https', { registration_endpoint: 'http://a.example/r' }, /without https/],
    ['takes tokens back without https', { revocation_endpoint: 'http://a.example/r' }, /without https/],
    ['has a NUL in an address', { resource: 'https://a.example/\u0000' }, /address that is no URL/],
    [
      'has an issuer that is too long to index',
      {
        issuer: `https://a.example/${Array.from({ length: 2_000 }, (_, n) => String.fromCharCode(0x4e00 + ((n * 7_919) % 20_000))).join('')}`,
      },
      /address that is no URL/,
    ],
  ])('are refused where one %s', async (_what, changes, message) => {
    const { id } = harness.workspace();
    expect(await refusalOf(remember(id, changes))).toMatchObject({
      code: 'upstream_failed',
      message: expect.stringMatching(message),
    });
    expect(await harness.rowsOf(id)).toEqual({});
  });

  it('are kept without words that no database can keep', async () => {
    const { id } = harness.workspace();
    const methods = ['none\u0000', 'client_secret_post'];
    const server = await remember(id, { token_endpoint_auth_methods: methods });
    expect(server.token_auth_methods).toEqual(['client_secret_post']);
  });

  it('may be on loopback without https, for development', async () => {
    const { id } = harness.workspace();
    const at = 'http://127.0.0.1:9';
    const urls = { auth_url: at, token_url: at, registration_endpoint: at, revocation_endpoint: at };
    expect(await remember(id, { ...urls, issuer: at })).toMatchObject({ token_url: at, name: '127.0.0.1:9' });
  });

  it('are unknown by an id that is nobody’s', async () => {
    expect(await servers.find(harness.workspace().id, 'oas_nobody')).toBeNull();
  });
});
