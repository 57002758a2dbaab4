import {
  startHangingServer,
  startListener,
  startProtectedServer,
  startRedirectingServer,
  startWebPage,
  type Listener,
  type ProtectedOptions,
  type ProtectedServer,
} from '@hawser/testing';
import { eventually } from '@hawser/testing/eventually';
import { Api, type Answer, type Json } from '../harness/api.js';
import { using } from '../harness/peers.js';
import { expectInvalid, expectProblem } from '../harness/problems.js';
import { newTenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { sendPost } from '../harness/traffic.js';

/** Much less than a probe is given, and more than a laptop under load needs. */
const leavesWithinMs = 6_000;

let owner: Api;
/** Nothing may ever come here. */
let forbidden: Listener;
beforeAll(async () => {
  const system = await theSystem();
  owner = (await newTenant(new Api(system.gateways, system.ownerToken))).owner;
  forbidden = await using(startListener('127.0.0.2'));
});
afterAll(() => {
  expect(forbidden.connections()).toBe(0);
});

const discover = (mcp_url: string): Promise<Answer> => owner.post('/api/v1/oauth/discover', { mcp_url });

function foundAt({ url, issuer, scopes }: ProtectedServer): object {
  return {
    auth_url: `${issuer}/authorize`,
    token_url: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    scopes,
    supports_dcr: true,
    supports_pkce: true,
    supports_cimd: true,
    token_endpoint_auth_methods: [],
    iss_parameter: false,
    source: 'protected-resource-metadata',
    issuer,
    resource: url,
  };
}

describe('where an MCP server wants its users to sign in', () => {
  it.each<[string, ProtectedOptions]>([
    ['by what its refusal says', {}],
    ['at an issuer with a path', { issuerPath: '/tenant-1' }],
    ['at an issuer of OpenID Connect', { issuerPath: '/tenant-1', issuerMetadata: 'openid appended' }],
    ['by the document at its root', { challenge: 'none', resourceMetadata: 'root', scopes: ['a'] }],
  ])('is found: %s', async (_, options) => {
    const server = await using(startProtectedServer(options));
    const answer = await discover(server.url);
    const scopes = options.challenge === 'none' ? [...server.scopes, 'mcp:admin'] : server.scopes;
    expect([answer.status, answer.body]).toEqual([200, { ...foundAt(server), scopes }]);
  });

  it('is not found where there is nothing: 404 with each address that was tried', async () => {
    const page = await using(startWebPage());
    const answer = await discover(page.url);
    expectProblem(answer, 404, 'oauth_not_found');
    const { origin } = new URL(page.url);
    const { steps } = answer.body as { steps: { step: string; url: string; outcome: string }[] };
    expect(steps.map(({ url }) => url)).toEqual(
      expect.arrayContaining([
        page.url,
        `${origin}/.well-known/oauth-protected-resource/mcp`,
        `${origin}/.well-known/oauth-protected-resource`,
        `${origin}/.well-known/oauth-authorization-server`,
      ]),
    );
    for (const { step, outcome } of steps)
      expect([step, outcome]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
    expect(new Set(page.requests.map(({ url }) => url))).toEqual(new Set(steps.map(({ url }) => url)));
  });

  it('is told with what the server lacks: without S256 it must not be used', async () => {
    const issuerDocument = { code_challenge_methods_supported: undefined };
    const server = await using(startProtectedServer({ issuerDocument }));
    const { body } = await discover(server.url);
    expect(body).toEqual({ ...foundAt(server), supports_pkce: false });
  });

  it('is refused with the reason when the issuer calls itself by another name', async () => {
    const issuerDocument = { issuer: 'https://id.example.com' };
    const answer = await discover((await using(startProtectedServer({ issuerDocument }))).url);
    expectProblem(answer, 404, 'oauth_not_found');
    expect(JSON.stringify(answer.body.steps)).toContain('id.example.com');
  });
});

describe('what a server may name', () => {
  it.each<[string, (address: string) => ProtectedOptions]>([
    ['authorization server', (address) => ({ resourceDocument: { authorization_servers: [address] } })],
    ['token endpoint', (address) => ({ issuerDocument: { token_endpoint: `${address}/token` } })],
  ])('is never a way to a private address: %s', async (_, options) => {
    const server = await using(startProtectedServer(options(new URL(forbidden.url).origin)));
    const answer = await discover(server.url);
    expectProblem(answer, 404, 'oauth_not_found');
    expect(JSON.stringify(answer.body.steps)).toContain('127.0.0.2');
    expect(forbidden.connections()).toBe(0);
  });

  it('neither are redirects, and to name one straight out is refused', async () => {
    const redirecting = await using(startRedirectingServer(forbidden.url));
    const answer = await discover(redirecting.url);
    expectProblem(answer, 404, 'oauth_not_found');
    expect(JSON.stringify(answer.body.steps)).toContain('127.0.0.2 is not allowed');
    const straight = await discover(forbidden.url);
    expectInvalid(straight, 'mcp_url');
    expect(straight.body.detail).toContain('127.0.0.2 is not allowed');
  });
});

describe('a caller that leaves', () => {
  it.each<[string, (url: string) => Promise<[path: string, body?: Json]>]>([
    ['discovery', (mcp_url) => Promise.resolve(['/api/v1/oauth/discover', { mcp_url }])],
    [
      'the test of a server',
      async (endpoint) => {
        const body = { name: 'hanging', endpoint };
        const { id } = await owner.must('POST', '/api/v1/integrations', body);
        return [`/api/v1/integrations/${id}/test`];
      },
    ],
  ])('ends what it had asked for, down to the connection: %s', async (_, asking) => {
    const { url, openConnections } = await using(startHangingServer('headers'));
    const [path, body] = await asking(url);
    const { leave, outcome } = sendPost(owner, path, body);
    await eventually(() => openConnections() > 0);
    leave();
    expect((await outcome).result).toBe('ECONNRESET');
    await eventually(() => openConnections() === 0, leavesWithinMs);
  });
});
