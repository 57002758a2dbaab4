import { readdirSync } from 'node:fs';
import { findOAuthProvider, oauthProviders, providerOfServer } from './oauth-providers.js';

const idOf = (url: string): string | undefined => providerOfServer(new URL(url))?.id;

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

it('has each vendor and each of its domains once, in order', () => {
  const ids = oauthProviders.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort());
  const hosts = oauthProviders.flatMap((provider) => provider.hosts);
  expect(hosts).toEqual([...new Set(hosts)]);
});

it('has a file for each vendor, named by its id', () => {
  const files = readdirSync(new URL('./data', import.meta.url)).map((file) => file.replace(/\.ts$/, ''));
  expect(oauthProviders.map(({ id }) => id)).toEqual(files.sort());
});

it.each([
  'asana',
  'atlassian',
  'cloudflare',
  'discord',
  'dropbox',
  'github',
  'gitlab',
  'google',
  'hubspot',
  'linear',
  'microsoft',
  'notion',
  'slack',
  'stripe',
  'zoom',
])('has %s', (id) => {
  expect(findOAuthProvider(id)?.id).toBe(id);
});

it('has no vendor of another id', () => {
  expect(['git', 'GitHub', '__proto__', 'oas_1', ''].map(findOAuthProvider)).toEqual(
    Array<undefined>(5).fill(undefined),
  );
});

describe.each(oauthProviders)('$name', (provider) => {
  it('is found by its own domains, and by no other', () => {
    for (const host of provider.hosts) {
      expect(idOf(`https://${host}/mcp`)).toBe(provider.id);
      expect(idOf(`https://mcp.${host}/mcp`)).toBe(provider.id);
      expect(idOf(`https://evil-${host}/mcp`)).toBeUndefined();
    }
  });

  it('is gone to over https only, by whole URLs without user, query or fragment', () => {
    const urls = [
      provider.authorization_url,
      provider.token_url,
      provider.refresh_url,
      provider.revocation_url?.replace('{client_id}', 'id'),
    ].filter((url) => url !== undefined);
    for (const url of urls) {
      const { protocol, username, search, hash, href } = new URL(url);
      expect({ protocol, username, search, hash, href }).toEqual({
        protocol: 'https:',
        username: '',
        search: '',
        hash: '',
        href: url,
      });
    }
  });

  it('has an issuer without a query or a slash at the end, where it has one', () => {
    expect(provider.issuer ?? 'https://example.com').toMatch(/^https:\/\/[a-z.]+$/);
  });

  it('is asked for scopes that a request can hold', () => {
    for (const scope of provider.scopes) expect(scope).toMatch(/^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/);
  });

  it('needs nothing in the authorization request that the flow itself says', () => {
    const ours = ['client_id', 'redirect_uri', 'response_type', 'state', 'scope', 'code_challenge'];
    expect(Object.keys(provider.authorization_params ?? {}).filter((name) => ours.includes(name))).toEqual(
      [],
    );
  });
});
