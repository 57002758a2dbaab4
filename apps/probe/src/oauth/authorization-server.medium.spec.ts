import { Egress, EgressPolicy, type Fetch } from '@hawser/egress';
import { Site } from '../testing/site.js';
import { readAuthorizationServer, revocationEndpointOf } from './authorization-server.js';
import type { DiscoveryStep } from './discovery-step.js';

const step = 'authorization server metadata';
const policy = EgressPolicy.allowing(['127.0.0.1/32']);

let egress: Egress;
let fetch: Fetch;
let site: Site;
let steps: DiscoveryStep[];
beforeEach(async () => {
  egress = new Egress({ policy });
  fetch = egress.fetchWithin({ signal: AbortSignal.timeout(10_000), maxBytes: 100_000, maxRedirects: 3 });
  site = await Site.start();
  steps = [];
});
afterEach(async () => {
  await egress.close();
  await site.stop();
});

const read = (issuer: string): ReturnType<typeof readAuthorizationServer> =>
  readAuthorizationServer(issuer, policy, fetch, steps);
const metadata = (issuer: string, changes: object = {}): Record<string, unknown> => ({
  issuer,
  authorization_endpoint: `${site.url}/authorize`,
  token_endpoint: `${site.url}/token`,
  response_types_supported: ['code'],
  ...changes,
});
/** What OpenID Connect wants besides. */
const openid = (): object => ({
  jwks_uri: `${site.url}/keys`,
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
});

const places = [
  '/.well-known/oauth-authorization-server/tenant',
  '/.well-known/openid-configuration/tenant',
  '/tenant/.well-known/openid-configuration',
];

it.each([0, 1, 2])('finds the document of an issuer with a path at place %i, in order', async (at) => {
  const issuer = `${site.url}/tenant`;
  site.put(places[at]!, { json: metadata(issuer, openid()) });
  expect(await read(issuer)).toMatchObject({ issuer, token_endpoint: `${site.url}/token` });
  expect(steps).toEqual(
    places.slice(0, at + 1).map((path, index) => ({
      step,
      url: `${site.url}${path}`,
      outcome: index === at ? 'found' : 'HTTP 404',
    })),
  );
});

it.each(places)('keeps what OAuth has beyond OpenID Connect, at %s too', async (place) => {
  const issuer = `${site.url}/tenant`;
  const revocation_endpoint = `${site.url}/revoke`;
  site.put(place, { json: metadata(issuer, { ...openid(), revocation_endpoint }) });
  expect(revocationEndpointOf((await read(issuer))!)).toBe(revocation_endpoint);
});

it('goes on where the first place fails or answers something else', async () => {
  const issuer = `${site.url}/tenant`;
  site.put(places[0]!, { status: 500, text: 'oops' });
  site.put(places[1]!, { text: '<h1>Sign in</h1>' });
  site.put(places[2]!, { json: metadata(issuer, openid()) });
  expect(await read(issuer)).toMatchObject({ issuer });
  expect(steps.map(({ outcome }) => outcome)).toEqual(['HTTP 500', 'the answer is not JSON', 'found']);
});

it('has two places for an issuer without a path, which may end in a slash or not', async () => {
  site.put('/.well-known/openid-configuration', { json: metadata(site.url, openid()) });
  expect(await read(site.url)).toMatchObject({ issuer: site.url });
  expect(await read(`${site.url}/`)).toMatchObject({ issuer: site.url });
  expect(site.asked).toEqual(
    [
      'oauth-authorization-server',
      'openid-configuration',
      'oauth-authorization-server',
      'openid-configuration',
    ].map((name) => `GET /.well-known/${name}`),
  );
});

it.each([
  ['another host', (): string => 'https://attacker.example.com'],
  ['another path', (): string => `${site.url}/tenants`],
  ['the same with a slash', (): string => `${site.url}/tenant/`],
])('refuses a document that names %s as the issuer', async (_what, issuerOf) => {
  site.put(places[0]!, { json: metadata(issuerOf()) });
  expect(await read(`${site.url}/tenant`)).toBeUndefined();
  expect(steps.map(({ outcome }) => outcome)).toEqual([
    `issuer is ${issuerOf()}, not ${site.url}/tenant: refused`,
    'HTTP 404',
    'HTTP 404',
  ]);
});

it.each([
  ['authorization_endpoint', 'http://127.0.0.2/authorize', /127\.0\.0\.2 is not allowed/],
  ['token_endpoint', 'http://10.0.0.1/token', /10\.0\.0\.1 is not allowed/],
  ['token_endpoint', 'ftp://example.com/token', /ftp: is not allowed/],
  ['token_endpoint', 'https://user:pass@example.com/token', /not allowed with a user or password/],
  ['registration_endpoint', 'http://vault.internal/register', /vault\.internal is not allowed/],
  ['revocation_endpoint', 'http://169.254.169.254/revoke', /169\.254\.169\.254 is not allowed/],
  ['authorization_endpoint', 'javascript:alert(1)', /^authorization_endpoint is not as it must be/],
  ['token_endpoint', undefined, /^token_endpoint is not as it must be/],
  ['token_endpoint', `https://example.com/${'a'.repeat(3_000)}`, /longer than 2048 characters/],
])('refuses a document whose %s is %s', async (endpoint, url, outcome) => {
  site.put('/.well-known/oauth-authorization-server', { json: metadata(site.url, { [endpoint]: url }) });
  expect(await read(site.url)).toBeUndefined();
  expect(steps.map((tried) => tried.outcome)).toEqual([expect.stringMatching(outcome), 'HTTP 404']);
});

it.each([
  ['http://127.0.0.2/', /127\.0\.0\.2 is not allowed/],
  ['file:///etc/passwd', /file: is not allowed/],
  [`https://example.com/${'a'.repeat(3_000)}`, /longer than 2048 characters/],
])('asks no issuer such as %s', async (issuer, outcome) => {
  expect(await read(issuer)).toBeUndefined();
  expect(steps).toEqual([
    { step, url: expect.stringContaining(issuer.slice(0, 40)), outcome: expect.stringMatching(outcome) },
  ]);
  expect(site.asked).toEqual([]);
});
