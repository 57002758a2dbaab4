import { ServiceError, type CallContext } from '@hawser/contracts';
import type { DiscoveredOAuth } from '@hawser/contracts/probe';
import { Egress, EgressPolicy, type EgressOptions } from '@hawser/egress';
import {
  startHangingServer,
  startProtectedServer,
  startSessionServer,
  startWebPage,
  type Peer,
  type ProtectedOptions,
  type ProtectedServer,
} from '@hawser/testing';
import { ProbeSlots } from '../mcp/slots.js';
import { Site } from '../testing/site.js';
import type { DiscoveryStep } from './discovery-step.js';
import { OAuthDiscoveryService } from './oauth-discovery.service.js';

const context: CallContext = { requestId: 'req_1', actor: { kind: 'user', id: 'tok_1' } };
const resourcePath = '/.well-known/oauth-protected-resource';
const issuerPath = '/.well-known/oauth-authorization-server';
const openidPath = '/.well-known/openid-configuration';

const running: { stop(): Promise<void> }[] = [];
let egress: Egress;
let service: OAuthDiscoveryService;
function start(options: Partial<EgressOptions> = {}): void {
  egress = new Egress({ policy: EgressPolicy.allowing(['127.0.0.1/32']), ...options });
  running.push({ stop: () => egress.close() });
  service = new OAuthDiscoveryService(egress, new ProbeSlots());
}
beforeEach(() => start());
afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.stop()));
});

async function using<P extends { stop(): Promise<void> }>(starting: Promise<P>): Promise<P> {
  const peer = await starting;
  running.push(peer);
  return peer;
}
const protectedServer = (options?: ProtectedOptions): Promise<ProtectedServer> =>
  using(startProtectedServer(options));

const discover = (url: string): Promise<DiscoveredOAuth> => service.discover(context, url);
/** Why nothing was found. */
async function failure(url: string): Promise<ServiceError & { steps: DiscoveryStep[] }> {
  const error = await discover(url).then(
    () => undefined,
    (reason: unknown) => reason as ServiceError,
  );
  if (error === undefined) throw new Error('something was found');
  return Object.assign(error, { steps: error.details.steps as DiscoveryStep[] });
}
const outcomes = ({ steps }: { steps: DiscoveryStep[] }): string[] => steps.map(({ outcome }) => outcome);

const metadata = (issuer: string): object => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  response_types_supported: ['code'],
});

describe('a server that tells where to sign in', () => {
  it('is believed, and its challenge says for which scopes', async () => {
    const server = await protectedServer({
      issuerDocument: {
        revocation_endpoint: 'https://login.example.com/revoke',
        token_endpoint_auth_methods_supported: ['none'],
        authorization_response_iss_parameter_supported: true,
      },
    });
    expect(await discover(server.url)).toEqual({
      auth_url: `${server.issuer}/authorize`,
      token_url: `${server.issuer}/token`,
      registration_endpoint: `${server.issuer}/register`,
      scopes: server.scopes,
      supports_dcr: true,
      supports_pkce: true,
      supports_cimd: true,
      revocation_endpoint: 'https://login.example.com/revoke',
      token_endpoint_auth_methods: ['none'],
      iss_parameter: true,
      source: 'protected-resource-metadata',
      issuer: server.issuer,
      resource: server.url,
    });
    expect(server.requests.map(({ method, url, rpc }) => [method, url, rpc])).toEqual([
      ['POST', server.url, 'server/discover'],
      ['GET', server.resourceMetadataUrl, undefined],
      ['GET', `${server.issuer}${issuerPath}`, undefined],
    ]);
    for (const { headers } of server.requests) expect(headers['user-agent']).toMatch(/^hawser\//);
  });

  it('says only what it supports', async () => {
    const { url } = await protectedServer({
      issuerDocument: {
        registration_endpoint: undefined,
        code_challenge_methods_supported: ['plain'],
        client_id_metadata_document_supported: undefined,
      },
    });
    expect(await discover(url)).toMatchObject({
      registration_endpoint: null,
      supports_dcr: false,
      supports_pkce: false,
      supports_cimd: false,
    });
    const silent = await protectedServer({ issuerDocument: { code_challenge_methods_supported: undefined } });
    expect(await discover(silent.url)).toMatchObject({ supports_pkce: false });
  });

  it.each([
    ['which its metadata have', {}, ['mcp:read', 'mcp:tools', 'mcp:admin']],
    ['which are fit for a request', { scopes_supported: ['a', 'b c', 'd\n', 'e'.repeat(300)] }, ['a']],
    ['or none', { scopes_supported: undefined }, []],
  ])('may leave it to us to ask for scopes, %s', async (_what, resourceDocument, scopes) => {
    const { url } = await protectedServer({ challenge: 'metadata', resourceDocument });
    expect(await discover(url)).toMatchObject({ scopes });
  });

  it.each<ProtectedOptions>([
    { challenge: 'none', resourceMetadata: 'path' },
    { challenge: 'scheme', resourceMetadata: 'root' },
    { challenge: 'none', resourceMetadata: 'root', issuerPath: '/tenant', issuerMetadata: 'openid' },
    { path: '/a/b/mcp', issuerPath: '/tenant', issuerMetadata: 'openid appended' },
  ])('is found in each way that the specification has: %j', async (options) => {
    const server = await protectedServer(options);
    expect(await discover(server.url)).toMatchObject({
      source: 'protected-resource-metadata',
      issuer: server.issuer,
      auth_url: `${server.issuer}/authorize`,
      resource: server.url,
    });
  });

  it('may name several authorization servers, of which the first that is of use counts', async () => {
    const good = await using(Site.start());
    good.put(issuerPath, { json: metadata(good.url) });
    const lying = await using(Site.start());
    lying.put(issuerPath, { json: metadata(good.url) });
    const servers = ['http://127.0.0.2:9', lying.url, good.url];
    const { url } = await protectedServer({ resourceDocument: { authorization_servers: servers } });
    expect(await discover(url)).toMatchObject({ issuer: good.url, token_url: `${good.url}/token` });
  });

  it('is asked about three of them at most', async () => {
    const fourth = await using(Site.start());
    fourth.put(issuerPath, { json: metadata(fourth.url) });
    const servers = [2, 3, 4].map((last) => `http://127.0.0.${last}/`);
    const { url } = await protectedServer({
      resourceDocument: { authorization_servers: [...servers, fourth.url] },
    });
    expect(outcomes(await failure(url))).toEqual([
      expect.stringMatching(/^server\/discover: HTTP 401, asks for Bearer, metadata at /),
      expect.stringMatching(/^names http:\/\/127\.0\.0\.2\//),
      expect.stringContaining('127.0.0.2 is not allowed'),
      expect.stringContaining('127.0.0.3 is not allowed'),
      expect.stringContaining('127.0.0.4 is not allowed'),
      'none of them has this host',
    ]);
    expect(fourth.asked).toEqual([]);
  });
});

describe('a server that names no authorization server', () => {
  it('is its own, as in the revision of 2025-03-26', async () => {
    const site = await using(Site.start());
    site.put('/mcp', { status: 401 }).put(issuerPath, { json: metadata(site.url) });
    expect(await discover(`${site.url}/mcp?team=a`)).toEqual({
      auth_url: `${site.url}/authorize`,
      token_url: `${site.url}/token`,
      registration_endpoint: null,
      scopes: [],
      supports_dcr: false,
      supports_pkce: false,
      supports_cimd: false,
      token_endpoint_auth_methods: [],
      iss_parameter: false,
      source: 'authorization-server-metadata',
      issuer: site.url,
      resource: `${site.url}/mcp?team=a`,
    });
  });

  it('is its own where its resource metadata name none either', async () => {
    const site = await using(Site.start());
    site.put('/mcp', { status: 401 }).put(issuerPath, { json: metadata(site.url) });
    site.put(resourcePath, { json: { resource: site.url, scopes_supported: ['tools'] } });
    expect(await discover(`${site.url}/mcp`)).toMatchObject({
      scopes: ['tools'],
      source: 'authorization-server-metadata',
      issuer: site.url,
      resource: site.url,
    });
  });

  it('is not its own where its resource metadata are for another server', async () => {
    const site = await using(Site.start());
    site.put('/mcp', { status: 401 }).put(issuerPath, { json: metadata(site.url) });
    site.put(`${resourcePath}/mcp`, { json: { resource: 'https://evil.example.com/mcp' } });
    expect(outcomes(await failure(`${site.url}/mcp`))).toEqual([
      'server/discover: HTTP 401, without a challenge',
      `resource is https://evil.example.com/mcp, not ${site.url}/mcp: refused`,
      'none of them has this host',
    ]);
  });
});

describe('a server where nothing is found', () => {
  it('is told with all places that were looked at, in order', async () => {
    const { url } = await using(Site.start());
    const error = await failure(`${url}/mcp`);
    expect({ code: error.code, message: error.message }).toEqual({
      code: 'oauth_not_found',
      message: expect.stringMatching(new RegExp(`^no sign-in was found for ${url}: if it takes a token`)),
    });
    const missing = 'HTTP 404';
    expect(error.steps).toEqual([
      { step: 'the server itself', url: `${url}/mcp`, outcome: 'server/discover: HTTP 404' },
      { step: 'the server itself', url: `${url}/mcp`, outcome: 'initialize: HTTP 404' },
      { step: 'the server itself', url: `${url}/mcp`, outcome: 'GET: HTTP 404' },
      { step: 'protected resource metadata', url: `${url}${resourcePath}/mcp`, outcome: missing },
      { step: 'protected resource metadata', url: `${url}${resourcePath}`, outcome: missing },
      { step: 'authorization server metadata', url: `${url}${issuerPath}`, outcome: missing },
      { step: 'authorization server metadata', url: `${url}${openidPath}`, outcome: missing },
      { step: 'known providers', url: `${url}/mcp`, outcome: 'none of them has this host' },
    ]);
  });

  it('may be one that needs no sign-in; a session that the question opened is ended', async () => {
    const server = await using(startSessionServer());
    const error = await failure(server.url);
    expect(error.message).toMatch(/it answers without a credential, so it may need none$/);
    expect(outcomes(error).slice(0, 2)).toEqual(['server/discover: HTTP 400', 'initialize: HTTP 200']);
    expect(server.openSessions()).toBe(0);
  });

  it('may be a site for people', async () => {
    const { url } = await using(startWebPage());
    const error = await failure(url);
    expect(error.message).not.toContain('may need none');
    expect(outcomes(error)).toEqual([
      'server/discover: HTTP 200',
      ...Array<string>(4).fill('the answer is not JSON'),
      'none of them has this host',
    ]);
  });

  it('may send more than is read', async () => {
    const site = await using(Site.start());
    site.put(`${resourcePath}/mcp`, { text: 'x'.repeat(5 * 1024 * 1024) });
    expect(outcomes(await failure(`${site.url}/mcp`))[3]).toContain('4194304 bytes');
  });

  it('may be none: a name that does not exist is said to be that', async () => {
    start({ resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) });
    const error = await failure('https://mcp.example.com/mcp');
    expect(error.code).toBe('oauth_not_found');
    expect(outcomes(error).slice(0, -1)).toEqual(
      Array<unknown>(5).fill(expect.stringContaining('there is no host of this name')),
    );
  });
});

it('knows the sign-in of some vendors, whatever their servers say', async () => {
  start({ resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) });
  expect(await discover('https://api.githubcopilot.com/mcp/')).toEqual({
    auth_url: 'https://github.com/login/oauth/authorize',
    token_url: 'https://github.com/login/oauth/access_token',
    registration_endpoint: null,
    scopes: ['read:user', 'repo'],
    supports_dcr: false,
    supports_pkce: true,
    supports_cimd: false,
    source: 'known-provider:github',
    issuer: null,
    resource: null,
  });
});

it.each([
  ['http://127.0.0.2/mcp', /127\.0\.0\.2 is not allowed/],
  ['http://[::1]/mcp', /::1 is not allowed/],
  ['http://169.254.169.254/latest', /169\.254\.169\.254 is not allowed/],
  ['https://vault.internal/mcp', /vault\.internal is not allowed/],
  ['ftp://example.com/mcp', /ftp: is not allowed/],
])('asks nothing of %s', async (url, message) => {
  expect(await failure(url)).toMatchObject({
    code: 'validation_failed',
    details: { errors: [{ field: 'mcp_url', message: expect.stringMatching(message), value: url }] },
  });
});

describe('a server that says nothing', () => {
  it('is given up in time, place by place', async () => {
    const { url } = await using(startHangingServer('headers'));
    const beganAt = Date.now();
    const error = await failure(url);
    expect(error.code).toBe('oauth_not_found');
    expect(outcomes(error)).toEqual([
      'server/discover: no answer in time',
      ...Array<string>(4).fill('no answer in time'),
      'none of them has this host',
    ]);
    expect(Date.now() - beganAt).toBeLessThan(14_000);
  });

  it('is left at once when nobody waits any more', async () => {
    const server: Peer & { openConnections(): number } = await using(startHangingServer('body'));
    const caller = new AbortController();
    const discovery = service.discover({ ...context, signal: caller.signal }, server.url);
    const beganAt = Date.now();
    while (server.openConnections() === 0) {
      if (Date.now() - beganAt > 5_000) throw new Error('the server was not asked');
      await new Promise(setImmediate);
    }
    const reason = new Error('the caller has left');
    caller.abort(reason);
    await expect(discovery).rejects.toBe(reason);
    expect(Date.now() - beganAt).toBeLessThan(2_900);
  });
});
