import { Egress, EgressPolicy, type Fetch } from '@hawser/egress';
import { closedPort } from '@hawser/testing';
import { Site } from '../testing/site.js';
import type { DiscoveryStep } from './discovery-step.js';
import { readProtectedResource } from './protected-resource.js';

const wellKnown = '/.well-known/oauth-protected-resource';
const step = 'protected resource metadata';

let egress: Egress;
let fetch: Fetch;
let site: Site;
let steps: DiscoveryStep[];
beforeEach(async () => {
  egress = new Egress({ policy: EgressPolicy.allowing(['127.0.0.1/32']) });
  fetch = egress.fetchWithin({ signal: AbortSignal.timeout(10_000), maxBytes: 100_000, maxRedirects: 3 });
  site = await Site.start();
  steps = [];
});
afterEach(async () => {
  await egress.close();
  await site.stop();
});

const read = (path: string, resourceMetadataUrl?: URL): ReturnType<typeof readProtectedResource> =>
  readProtectedResource(
    new URL(path, site.url),
    { scopes: [], ...(resourceMetadataUrl && { resourceMetadataUrl }) },
    fetch,
    steps,
  );
const documentFor = (path: string): object => ({
  resource: `${site.url}${path}`,
  authorization_servers: ['https://login.example.com'],
});

it('takes the document that the challenge names, on another port too, and looks nowhere else', async () => {
  const other = await Site.start();
  other.put('/meta', { json: documentFor('/mcp') });
  const url = new URL('/meta', other.url);
  expect(await read('/mcp', url)).toEqual(documentFor('/mcp'));
  expect(steps).toEqual([{ step, url: url.href, outcome: 'names https://login.example.com' }]);
  expect(site.asked).toEqual([]);
  await other.stop();
});

it('looks below the path of the server first, its query included', async () => {
  site.put(`${wellKnown}/v1/mcp?team=a`, { json: documentFor('/v1/mcp') });
  site.put(wellKnown, { json: { resource: 'https://other.example.com' } });
  expect(await read('/v1/mcp?team=a')).toEqual(documentFor('/v1/mcp'));
  expect(steps).toEqual([
    { step, url: `${site.url}${wellKnown}/v1/mcp`, outcome: 'names https://login.example.com' },
  ]);
});

it('goes on to the root, whatever is wrong before', async () => {
  site.put('/meta', { status: 503, text: 'later' });
  site.put(`${wellKnown}/mcp`, { text: '<h1>Welcome</h1>' });
  site.put(wellKnown, { json: documentFor('') });
  expect(await read('/mcp', new URL('/meta', site.url))).toEqual(documentFor(''));
  expect(steps).toEqual([
    { step, url: `${site.url}/meta`, outcome: 'HTTP 503' },
    { step, url: `${site.url}${wellKnown}/mcp`, outcome: 'the answer is not JSON' },
    { step, url: `${site.url}${wellKnown}`, outcome: 'names https://login.example.com' },
  ]);
});

it('reads no document that is longer than any needs to be', async () => {
  site.put(`${wellKnown}/mcp`, { json: { ...documentFor('/mcp'), scopes_supported: Array(33_000).fill(1) } });
  expect(await read('/mcp')).toBeUndefined();
  expect(steps[0]).toEqual({ step, url: `${site.url}${wellKnown}/mcp`, outcome: 'longer than 65536 bytes' });
});

it('looks once where the path is the root', async () => {
  expect(await read('/')).toBeUndefined();
  expect(steps).toEqual([{ step, url: `${site.url}${wellKnown}`, outcome: 'HTTP 404' }]);
});

it.each([
  ['another origin', (): string => 'https://other.example.com/mcp'],
  ['another path', (): string => `${site.url}/other`],
  ['a path that only begins alike', (): string => `${site.url}/mc`],
  ['a fragment', (): string => `${site.url}/mcp#tools`],
])('refuses a document for %s, and looks no further', async (_what, resourceOf) => {
  const resource = resourceOf();
  site.put(`${wellKnown}/mcp`, { json: { resource, authorization_servers: ['https://evil.example.com'] } });
  site.put(wellKnown, { json: documentFor('/mcp') });
  expect(await read('/mcp')).toBeNull();
  expect(steps).toEqual([
    {
      step,
      url: `${site.url}${wellKnown}/mcp`,
      outcome: `resource is ${resource}, not ${site.url}/mcp: refused`,
    },
  ]);
});

it('says what is wrong with a document, and passes it by', async () => {
  site.put(`${wellKnown}/mcp`, {
    json: { resource: `${site.url}/mcp`, authorization_servers: ['javascript:x'] },
  });
  site.put(wellKnown, { json: { authorization_servers: [] } });
  expect(await read('/mcp')).toBeUndefined();
  expect(steps.map(({ outcome }) => outcome)).toEqual([
    expect.stringMatching(/^authorization_servers\.0 is not as it must be: /),
    expect.stringMatching(/^resource is not as it must be: /),
  ]);
});

it('goes to no address that is not allowed, named by a challenge or by a redirect', async () => {
  site.put(`${wellKnown}/mcp`, { status: 302, headers: { location: 'http://127.0.0.2:9/meta' } });
  expect(await read('/mcp', new URL('http://169.254.169.254/meta'))).toBeUndefined();
  expect(steps).toEqual([
    {
      step,
      url: 'http://169.254.169.254/meta',
      outcome: expect.stringMatching(/^169\.254\.169\.254 is not allowed: /),
    },
    {
      step,
      url: `${site.url}${wellKnown}/mcp`,
      outcome: expect.stringMatching(/127\.0\.0\.2 is not allowed: /),
    },
    { step, url: `${site.url}${wellKnown}`, outcome: 'HTTP 404' },
  ]);
});

it('bounds what it reads, and says that nobody is there', async () => {
  site.put(`${wellKnown}/mcp`, { json: { ...documentFor('/mcp'), padding: 'x'.repeat(200_000) } });
  const nobody = new URL('/meta', await closedPort());
  expect(await read('/mcp', nobody)).toBeUndefined();
  expect(steps.map(({ outcome }) => outcome)).toEqual([
    expect.stringContaining('the connection was refused'),
    expect.stringContaining('100000 bytes'),
    'HTTP 404',
  ]);
});
