import { knownProviderOf, knownProviders } from './known-providers.js';

const idOf = (url: string): string | undefined => knownProviderOf(new URL(url))?.id;

it.each([
  ['https://api.githubcopilot.com/mcp/', 'github'],
  ['https://github.com/mcp', 'github'],
  ['https://GITHUB.com./mcp', 'github'],
  ['https://gmail.googleapis.com/mcp', 'google'],
  ['https://mcp.slack.com:8443/mcp', 'slack'],
  ['https://mcp.sentry.dev/mcp', 'sentry'],
  ['https://graph.microsoft.com/v1.0', 'microsoft'],
])('knows whose server %s is', (url, id) => {
  expect(idOf(url)).toBe(id);
});

it.each([
  'https://evil-github.com/mcp',
  'https://github.com.evil.example/mcp',
  'https://github.community/mcp',
  'https://com/github.com',
  'https://user.github.io/mcp',
  'https://evil.example/?host=github.com#github.com',
])('does not take %s for the server of a vendor', (url) => {
  expect(idOf(url)).toBeUndefined();
});

it('trusts no name over plain http, where anybody may answer', () => {
  expect(idOf('http://github.com/mcp')).toBeUndefined();
});

it('has each vendor and each of its domains once', () => {
  const ids = knownProviders.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort());
  expect(ids.length).toBeGreaterThanOrEqual(15);
  const hosts = knownProviders.flatMap((provider) => provider.hosts);
  expect(hosts).toEqual([...new Set(hosts)]);
});

it.each(knownProviders)('finds $name by its own domains and sends people to it over https', (provider) => {
  for (const host of provider.hosts) {
    expect(idOf(`https://${host}/mcp`)).toBe(provider.id);
    expect(idOf(`https://mcp.${host}/mcp`)).toBe(provider.id);
    expect(idOf(`https://evil-${host}/mcp`)).toBeUndefined();
  }
  for (const url of [provider.authorization_url, provider.token_url]) {
    expect(new URL(url).href).toBe(url);
    expect(new URL(url).protocol).toBe('https:');
  }
  for (const scope of provider.scopes) expect(scope).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/);
});
